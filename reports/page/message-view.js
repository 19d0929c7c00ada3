/* global atob */
import { make } from './dom.js';
import { layOutJson, outerMembers, unquote } from './lay-out-json.js';

/** A message of more lines than this is folded until it is asked for. */
const FOLD_LINES = 22;

const FROM_SERVER = 1;
const BYTES = 2;

/** One message of a dialogue: `[flags, connection, at, text, length]`, its indices looked up in `texts`. */
export function makeMessage([flags, connection, at, textIndex, length], texts) {
  const isServer = (flags & FROM_SERVER) !== 0;
  const isBytes = (flags & BYTES) !== 0;
  const text = texts[textIndex];
  const name = texts[connection];
  const { kind, title } = isBytes ? { kind: 'bytes', title: 'bytes' } : describeMessage(text, isServer);
  const rest = length - text.length;
  return make(
    'li',
    { class: `message ${isServer ? 'server' : 'client'} kind-${kind}` },
    make(
      'div',
      { class: 'about' },
      make(
        'span',
        { class: 'direction', 'aria-label': isServer ? 'server to client' : 'client to server' },
        isServer ? '<-' : '->',
      ),
      make('span', { class: 'title' }, title),
      name === 'main' ? undefined : make('span', { class: 'connection' }, name),
      make('time', {}, `+${at} ms`),
    ),
    isBytes ? make('pre', {}, hexOf(text)) : makeJson(text),
    rest > 0
      ? make(
          'p',
          { class: 'cut' },
          `${sizeOf(rest)} of ${sizeOf(length)} left out; the run’s wire.ndjson has all of it`,
        )
      : undefined,
  );
}

/** JSON laid out and coloured; folded when it is long. */
export function makeJson(text) {
  const pieces = layOutJson(text);
  const pre = make(
    'pre',
    {},
    pieces.map(({ kind, text }) =>
      kind === 'space' || kind === 'mark' ? text : make('span', { class: `json-${kind}` }, text),
    ),
  );
  const lines = pieces.filter(({ text }) => text.startsWith('\n')).length + 1;
  if (lines <= FOLD_LINES) return pre;
  return make(
    'details',
    { class: 'folded-json' },
    make('summary', {}, `${lines} lines, ${sizeOf(text.length)}`),
    pre,
  );
}

/** What a message is, in the words of the specification. */
export function describeMessage(text, isServer) {
  const members = outerMembers(text);
  const of = (name) => unquote(members.get(name) ?? '');
  if (!isServer) {
    const command = of('execute') || of('exec-oob');
    return {
      kind: 'command',
      title: members.has('exec-oob') ? `out-of-band ${command}` : command || 'input',
    };
  }
  if (members.has('QMP')) return { kind: 'greeting', title: 'greeting' };
  if (members.has('event')) return { kind: 'event', title: `event ${of('event')}` };
  if (members.has('error')) return { kind: 'error', title: 'error response' };
  if (members.has('return')) return { kind: 'success', title: 'success response' };
  return { kind: 'other', title: 'output' };
}

/**
 * A transcript's text: its front matter folded, each message marked with its index, so that a finding's message can
 * be found. `marked` holds the indices that have a finding.
 */
export function makeTranscript(text, marked) {
  const head = /^---\n[\s\S]*?\n---\n?/.exec(text)?.[0] ?? '';
  const blocks = text
    .slice(head.length)
    .split(/^(?=(?:->|<-))/m)
    .filter((block) => block.trim() !== '');
  let index = -1;
  const items = blocks.map((block) => {
    const isMessage = block.startsWith('->') || block.startsWith('<-');
    if (isMessage) index++;
    const classes = `block ${block.startsWith('->') ? 'client' : 'server'}${isMessage && marked.has(index) ? ' marked' : ''}`;
    return make(
      'div',
      { class: isMessage ? classes : 'block' },
      isMessage ? make('span', { class: 'index' }, String(index)) : undefined,
      make('pre', {}, block.trimEnd()),
    );
  });
  const front =
    head === ''
      ? undefined
      : make(
          'details',
          { class: 'front' },
          make('summary', {}, 'front matter'),
          make('pre', {}, head.trimEnd()),
        );
  return make('div', { class: 'transcript' }, front, items);
}

/** A number of characters in words. */
export function sizeOf(length) {
  return length < 1000
    ? `${length} characters`
    : `${(length / 1000).toLocaleString('en', { maximumFractionDigits: 1 })} kB`;
}

function hexOf(base64) {
  try {
    const whole = base64.slice(0, base64.length - (base64.length % 4));
    return [...atob(whole)].map((char) => char.charCodeAt(0).toString(16).padStart(2, '0')).join(' ');
  } catch {
    return base64;
  }
}
