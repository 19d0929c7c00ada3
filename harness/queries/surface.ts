import type { JsonValue } from '../json/value.ts';
import { jsonKindOf, type JsonKind } from '../qapi/json-kind.ts';
import type { CommandDefinition, Definition, Member, QapiModel, TypeRef } from '../qapi/model.ts';
import { ARGUMENT_RULES, type ArgumentRule } from './argument-rules.ts';

/** Some arguments of a command, and where their values come from. */
export type ArgumentSource =
  | { readonly kind: 'values'; readonly argument: string; readonly values: readonly JsonValue[] }
  | { readonly kind: 'rule'; readonly rule: ArgumentRule };

/** A command of the query surface. */
export interface QueryCommand {
  readonly name: string;
  /** It may change or end the process, and gets one of its own. */
  readonly alone: boolean;
  readonly mandatory: readonly ArgumentSource[];
  /** Tried one at a time. */
  readonly optional: readonly ArgumentSource[];
}

/** An argument whose value nothing that the target answers can give. */
export interface UnreachedArgument {
  readonly command: string;
  readonly argument: string;
  readonly reason: string;
}

/** What of a target's commands can be asked without knowing more than the target tells. */
export interface QuerySurface {
  readonly commands: readonly QueryCommand[];
  /** Commands that are no part of it, with the first mandatory argument that is in the way. */
  readonly outside: readonly UnreachedArgument[];
  /** Optional arguments that are never given. */
  readonly untried: readonly UnreachedArgument[];
}

/** Words in the names of commands that only tell something. */
const QUERYING = new Set(['query', 'list', 'get', 'stats']);

/** The query surface of what a model has; take that of a target's own introspection. */
export function surfaceOf(model: QapiModel): QuerySurface {
  const commands: QueryCommand[] = [];
  const outside: UnreachedArgument[] = [];
  const untried: UnreachedArgument[] = [];
  const definitions = [...model.definitions.values()].filter(isCommand);
  for (const definition of definitions.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const members = membersOf(model, definition);
    const sources = sourcesOf(model, definition.name, members);
    const unreached = members.filter(({ name }) => !sources.some((source) => gives(source, name)));
    const missing = unreached.find(({ optional }) => !optional);
    if (missing !== undefined) {
      outside.push(unreachedBy(model, definition.name, missing));
      continue;
    }
    const isMandatory = (source: ArgumentSource): boolean =>
      members.some(({ name, optional }) => !optional && gives(source, name));
    const derived = sources.some((source) => source.kind === 'rule' && isMandatory(source));
    const alone = !derived && !isQuery(definition.name);
    const mandatory = sources.filter(isMandatory);
    if (alone && mandatory.length > 0) {
      outside.push(changesSomething(definition.name, mandatory[0]));
      continue;
    }
    // What changes something is done once: its options are no questions.
    const optional = alone ? [] : sources.filter((source) => !isMandatory(source));
    commands.push({ name: definition.name, alone, mandatory, optional });
    if (!alone) untried.push(...unreached.map((member) => unreachedBy(model, definition.name, member)));
  }
  return { commands, outside, untried };
}

function isCommand(definition: Definition): definition is CommandDefinition {
  return definition.kind === 'command';
}

/** Tells by its name whether a command only tells something. */
function isQuery(name: string): boolean {
  return name.split('-').some((word) => QUERYING.has(word));
}

/** The arguments of a command, those of a base among them; branches of a union are left out. */
function membersOf(model: QapiModel, { arguments: written }: CommandDefinition): readonly Member[] {
  if (written === undefined) return [];
  return 'members' in written ? written.members : membersOfType(model, written.type, 0);
}

function membersOfType(model: QapiModel, name: string, depth: number): readonly Member[] {
  const definition = model.definitions.get(name);
  // A circle of bases is no QAPI; whoever sends one is not followed.
  if (depth > 8 || definition === undefined) return [];
  if (definition.kind === 'union') {
    const { base } = definition;
    return typeof base === 'string' ? membersOfType(model, base, depth + 1) : base;
  }
  if (definition.kind !== 'struct') return [];
  const inherited = definition.base === undefined ? [] : membersOfType(model, definition.base, depth + 1);
  return [...inherited, ...definition.members];
}

function sourcesOf(model: QapiModel, command: string, members: readonly Member[]): readonly ArgumentSource[] {
  const rules = ARGUMENT_RULES.filter((rule) => rule.command === command && fits(model, rule, members));
  const ruled = new Set(rules.flatMap((rule) => Object.keys(rule.arguments)));
  const plain = members.filter(({ name }) => !ruled.has(name));
  return [
    ...rules.map((rule): ArgumentSource => ({ kind: 'rule', rule })),
    ...plain.flatMap(({ name, type }): readonly ArgumentSource[] => {
      const values = valuesOf(model, type);
      return values === undefined ? [] : [{ kind: 'values', argument: name, values }];
    }),
  ];
}

/** A release may have a command without an argument, or with one of another type. */
function fits(model: QapiModel, rule: ArgumentRule, members: readonly Member[]): boolean {
  return Object.entries(rule.arguments).every(([name, type]) => {
    const member = members.find((one) => one.name === name);
    return member !== undefined && jsonKindOf(model, member.type) === kindOfName(type);
  });
}

/** Introspection hides the names of types, so the JSON type is all there is to compare. */
function kindOfName(type: string): JsonKind {
  if (type.startsWith('[')) return 'array';
  if (type === 'str') return 'string';
  return /^(u?int\d*|size)$/.test(type) ? 'number' : 'object';
}

/** Both booleans, each value of an enum; `undefined` where the values cannot be listed. */
function valuesOf(model: QapiModel, type: TypeRef): readonly JsonValue[] | undefined {
  if (!('name' in type)) return undefined;
  if (type.name === 'bool') return [false, true];
  const definition = model.definitions.get(type.name);
  return definition?.kind === 'enum' ? definition.values.map(({ name }) => name) : undefined;
}

function gives(source: ArgumentSource, argument: string): boolean {
  return source.kind === 'values'
    ? source.argument === argument
    : Object.hasOwn(source.rule.arguments, argument);
}

function unreachedBy(model: QapiModel, command: string, { name, type, optional }: Member): UnreachedArgument {
  const kind = jsonKindOf(model, type);
  const reason = `no answer of the target gives ${optional ? 'the optional' : 'its'} ${kind} '${name}'`;
  return { command, argument: name, reason };
}

function changesSomething(command: string, source: ArgumentSource | undefined): UnreachedArgument {
  const argument = source?.kind === 'values' ? source.argument : '';
  return { command, argument, reason: `it is no query, and '${argument}' says what it changes` };
}
