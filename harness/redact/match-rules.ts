import type { CompiledRule, Condition, Root } from './compile-rules.ts';
import type { ObjectNode, SpanNode } from './span-tree.ts';
import { startOf, stepInto, type Stage } from './rule-stages.ts';

/** A value that a rule is about. */
export interface RuleMatch {
  readonly rule: CompiledRule;
  readonly node: SpanNode;
}

/** What rules are held against. */
export interface MatchInput {
  readonly text: string;
  readonly root: Root;
  /** The value of the member `root` of the message. */
  readonly node: SpanNode;
  readonly rules: readonly CompiledRule[];
  readonly command?: Answered | undefined;
}

/** The message of the command that is answered. */
export interface Answered {
  readonly text: string;
  readonly message: SpanNode;
}

/** All values that rules are about, each with the first rule that fits it. What is inside of such a value is not looked at. */
export function matchRules(input: MatchInput): readonly RuleMatch[] {
  const walk: Walk = { input, matches: [], around: [] };
  visit(walk, input.node, startOf(input.rules, input.root));
  return walk.matches;
}

interface Walk {
  readonly input: MatchInput;
  readonly matches: RuleMatch[];
  /** The objects that enclose the value, the outermost first. */
  readonly around: ObjectNode[];
}

function visit(walk: Walk, node: SpanNode, stage: Stage): void {
  if (stage.progress.length === 0) return;
  const rule = stage.complete.find(({ when }) => when.every((condition) => isMet(walk, condition)));
  if (rule !== undefined) {
    walk.matches.push({ rule, node });
  } else if (node.kind === 'object') {
    walk.around.push(node);
    for (const { name, value } of node.members) visit(walk, value, stepInto(stage, name));
    walk.around.pop();
  } else if (node.kind === 'array') {
    node.elements.forEach((element, index) => visit(walk, element, stepInto(stage, index)));
  }
}

/** The nearest object that has the member decides; of a member that stands there twice either may be meant. */
function isMet({ input, around }: Walk, { name, isMet: fits }: Condition): boolean {
  const near = around.findLast((node) => memberOf(node, name) !== undefined);
  if (near !== undefined) return hasFitting(near, name, input.text, fits);
  const message = input.command?.message;
  const given = message?.kind === 'object' ? memberOf(message, 'arguments') : undefined;
  return given?.kind === 'object' && hasFitting(given, name, input.command?.text ?? '', fits);
}

function hasFitting(node: ObjectNode, name: string, text: string, fits: Condition['isMet']): boolean {
  return node.members.some((member) => member.name === name && fits(plainText(member.value, text)));
}

/** A member of an object by its name, the last of several. */
export function memberOf(node: ObjectNode, name: string): SpanNode | undefined {
  return node.members.findLast((member) => member.name === name)?.value;
}

function plainText(node: SpanNode, text: string): string {
  return node.kind === 'string' ? node.value : text.slice(node.start, node.end);
}
