import { inputErrorAt } from '../errors.ts';
import { numberConnections } from './connections.ts';
import { cutValue, firstWords, Places, skipSpace } from './cut-values.ts';
import type { LogMessage, ReadLog } from './log-message.ts';

/** An event of QEMU's log backend. 5.2 writes process and time always, later ones with `-msg timestamp=on`. */
const LINE =
  /^(?:[0-9]+@([0-9]+)\.([0-9]{6}):)?(handle_qmp_command|monitor_qmp_respond) mon (\S+) re(?:q|sp): /;

/** What else QEMU logs may stand between. */
const NAMED = /(?:handle_qmp_command|monitor_qmp_respond)\b/;

/**
 * Reads what QEMU traces of a monitor (`-trace handle_qmp_command -trace monitor_qmp_respond`, in the log given by
 * `-D`). Other lines are passed over. 5.2 does not trace what it sends, 7.2 does.
 * @throws {InputError} with the place of a line of these events that is not whole
 */
export function readTrace(text: string, file: string): ReadLog {
  const places = new Places(text, file);
  const connections = numberConnections();
  const messages: LogMessage[] = [];
  const clock = startClock();
  for (let start = 0; start < text.length;) {
    const found = text.indexOf('\n', start);
    const end = found < 0 ? text.length : found;
    const line = text.slice(start, Math.min(end, start + LONGEST_PREFIX));
    const parts = LINE.exec(line);
    if (parts !== null) messages.push(readLine(parts, start, end));
    else if (isBroken(line))
      throw inputErrorAt(places.at(start), `'${firstWords(text, start)}'`, 'NAME mon ADDRESS req: or resp:');
    start = end + 1;
  }
  const heard = messages.some(({ direction }) => direction === '<-');
  return { messages, notes: heard ? [] : ['the trace shows what clients sent, and no responses'] };

  function readLine(parts: RegExpExecArray, start: number, end: number): LogMessage {
    const [prefix, seconds, microseconds, name, monitor = ''] = parts;
    const at = start + prefix.length;
    const cut = cutValue(places, at);
    const rest = skipSpace(text, cut.end);
    if (rest < end) throw inputErrorAt(places.at(rest), `'${firstWords(text, rest)}'`, 'the end of the line');
    const offset =
      seconds === undefined || microseconds === undefined ? {} : { offset: clock(seconds, microseconds) };
    if (name === 'handle_qmp_command') {
      const connection = connections.sent(monitor, cut.value['execute']);
      return { direction: '->', connection, ...offset, text: cut.text };
    }
    const greets = Object.hasOwn(cut.value, 'QMP');
    return {
      direction: '<-',
      connection: greets ? connections.greeted(monitor) : connections.current(monitor),
      ...offset,
      text: cut.text,
    };
  }
}

/** A prefix is much shorter. */
const LONGEST_PREFIX = 200;

function isBroken(line: string): boolean {
  return NAMED.test(line) && /^(?:[0-9]+@[0-9.]+:)?(?:handle_qmp_command|monitor_qmp_respond)\b/.test(line);
}

/** Times of a log as seconds since its first, which never go back: lines of two threads may be out of order. */
function startClock(): (seconds: string, microseconds: string) => string {
  let first: bigint | undefined;
  let last = 0n;
  return (seconds, microseconds) => {
    const now = BigInt(seconds) * MILLION + BigInt(microseconds);
    first ??= now;
    if (now - first > last) last = now - first;
    return `${last / MILLION}.${String(last % MILLION).padStart(6, '0')}`;
  };
}

const MILLION = 1_000_000n;
