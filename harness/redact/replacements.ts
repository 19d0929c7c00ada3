import type { RuleMatch } from './match-rules.ts';
import { maskLocations } from './mask-locations.ts';
import { maskCommandLine, maskWordList, maskWords } from './mask-words.ts';
import type { Masked } from './masked.ts';
import { REDACTED } from './rule.ts';
import { isSecretName } from './secret-names.ts';
import type { SeenSecrets } from './seen-secrets.ts';
import type { SpanNode } from './span-tree.ts';
import type { StandIns } from './stand-ins.ts';

const REDACTED_BASE64 = Buffer.from(REDACTED).toString('base64');

/** Names of the protocol and of QAPI, which are no secrets even where they are spelt like one. */
const NAMES: ReadonlySet<string> = new Set(['/execute', '/exec-oob', '/event', '/error/class']);

/** What is replaced in messages, once it is known which rules fit: secrets, secrets that come again, and stand-ins. */
export class Replacements {
  constructor(
    readonly seen: SeenSecrets,
    private readonly standIns: StandIns | undefined,
  ) {}

  /** Tells whether a text needs no look for what was seen before, or for stand-ins. */
  areNoneIn(text: string): boolean {
    return this.standIns === undefined && !this.seen.mayStandIn(text);
  }

  /** A text that is no JSON. */
  inText(text: string, withStandIns = true): string {
    const located = maskLocations(text);
    located.secrets.forEach((secret) => this.seen.add(secret));
    const masked = this.seen.replaceInText(located.text);
    return withStandIns && this.standIns !== undefined ? this.standIns.inText(masked) : masked;
  }

  /**
   * A message in which everything is replaced.
   * @param bodies the parts of it that the rules were held against
   */
  apply(text: string, node: SpanNode, bodies: readonly SpanNode[], matches: readonly RuleMatch[]): string {
    const draft: Draft = { text, seen: this.seen, values: new Map(), kept: new Set() };
    for (const { rule, node: secret } of matches) decide(draft, secret, rule);
    decideByName(draft, node, bodies);
    locate(draft, node);
    const edits: Edit[] = [];
    this.collect(draft, node, { pointer: '', name: '' }, edits);
    return applyEdits(text, edits);
  }

  private collect(draft: Draft, node: SpanNode, place: Place, edits: Edit[]): void {
    switch (node.kind) {
      case 'scalar': {
        const value = draft.values.get(node);
        if (value !== undefined) edits.push({ ...spanOf(node), text: value });
        return;
      }
      case 'string': {
        const value = this.stringFor(draft, node.value, node, place);
        if (value !== node.value) edits.push({ ...spanOf(node), text: JSON.stringify(value) });
        return;
      }
      case 'array':
        for (const element of node.elements) this.collect(draft, element, place, edits);
        return;
      case 'object':
        for (const { name, value } of node.members)
          this.collect(draft, value, { pointer: deeper(place.pointer, name), name }, edits);
    }
  }

  private stringFor(draft: Draft, written: string, node: SpanNode, { pointer, name }: Place): string {
    if (NAMES.has(pointer)) return written;
    const value = draft.values.get(node) ?? written;
    if (draft.kept.has(node)) return value;
    const masked = this.seen.replaceIn(value);
    return this.standIns?.inValue(masked, name) ?? masked;
  }
}

/** Where a value stands: names of members only, and no further than any of {@link NAMES}. */
interface Place {
  readonly pointer: string;
  /** Of the member that it stands in. */
  readonly name: string;
}

function deeper(pointer: string, name: string): string {
  return pointer.length > 20 ? pointer : `${pointer}/${name}`;
}

/** What is to become of the values of one message. */
interface Draft {
  readonly text: string;
  readonly seen: SeenSecrets;
  /** Strings by value, others as JSON. */
  readonly values: Map<SpanNode, string>;
  readonly kept: Set<SpanNode>;
}

function decide(draft: Draft, node: SpanNode, rule: RuleMatch['rule']): void {
  switch (rule.as) {
    case 'keep':
      forEachValue(node, (value) => void draft.kept.add(value));
      return;
    case 'text':
    case 'base64':
      forEachValue(node, (value) => hide(draft, value, rule));
      return;
    case 'command-line':
      forEachValue(node, (value) => note(draft, value, rule.remember, maskCommandLine));
      return;
    case 'words':
      decideWords(draft, node, rule.remember);
  }
}

function decideWords(draft: Draft, node: SpanNode, remember: boolean): void {
  if (node.kind !== 'array') {
    forEachValue(node, (value) => note(draft, value, remember, maskWords));
    return;
  }
  const strings = node.elements.filter((element) => element.kind === 'string');
  maskWordList(strings.map(({ value }) => value)).forEach((masked, at) => {
    const element = strings[at];
    if (element !== undefined) note(draft, element, remember, () => masked);
  });
}

type Value = Extract<SpanNode, { kind: 'string' | 'scalar' }>;

function forEachValue(node: SpanNode, act: (value: Value) => void): void {
  if (node.kind === 'object') node.members.forEach(({ value }) => forEachValue(value, act));
  else if (node.kind === 'array') node.elements.forEach((element) => forEachValue(element, act));
  else act(node);
}

/** An empty string is no secret; a number gives way to another, so that JSON stays JSON. */
function hide(draft: Draft, node: Value, { as, remember }: Pick<RuleMatch['rule'], 'as' | 'remember'>): void {
  if (node.kind === 'scalar') {
    if (/^[-0-9]/.test(draft.text.slice(node.start, node.end))) draft.values.set(node, '0');
    return;
  }
  const { value } = node;
  if (value === '' || value === REDACTED || value === REDACTED_BASE64) return;
  if (remember) {
    draft.seen.add(value);
    if (as === 'base64') draft.seen.add(Buffer.from(value, 'base64').toString());
  }
  draft.values.set(node, as === 'base64' ? REDACTED_BASE64 : REDACTED);
}

function note(draft: Draft, node: Value, remember: boolean, mask: (value: string) => Masked): void {
  if (node.kind !== 'string') return;
  const { text, secrets } = mask(node.value);
  if (remember) secrets.forEach((secret) => draft.seen.add(secret));
  if (text !== node.value) draft.values.set(node, text);
}

/** What stands where the protocol has nothing is judged by its name. */
function decideByName(draft: Draft, node: SpanNode, bodies: readonly SpanNode[]): void {
  if (bodies.includes(node)) return;
  if (node.kind === 'array') node.elements.forEach((element) => decideByName(draft, element, bodies));
  if (node.kind !== 'object') return;
  for (const { name, value } of node.members) {
    if (isSecretName(name) && !bodies.includes(value)) decide(draft, value, BY_NAME);
    else decideByName(draft, value, bodies);
  }
}

const BY_NAME: RuleMatch['rule'] = {
  rank: Number.MAX_SAFE_INTEGER,
  root: 'data',
  isNamed: () => true,
  isGeneral: true,
  steps: [],
  when: [],
  as: 'text',
  remember: true,
};

/** Names of images and servers may stand in any string. */
function locate(draft: Draft, node: SpanNode): void {
  forEachValue(node, (value) => {
    if (!draft.values.has(value) && !draft.kept.has(value)) note(draft, value, true, maskLocations);
  });
}

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

function spanOf({ start, end }: SpanNode): { readonly start: number; readonly end: number } {
  return { start, end };
}

/** Edits in order of their places. */
function applyEdits(text: string, edits: readonly Edit[]): string {
  const parts: string[] = [];
  let done = 0;
  for (const { start, end, text: replaced } of edits) {
    parts.push(text.slice(done, start), replaced);
    done = end;
  }
  return parts.join('') + text.slice(done);
}
