import type {
  Arguments,
  Branch,
  CommandDefinition,
  Condition,
  Definition,
  Member,
  ModelSource,
  QapiModel,
  TypeRef,
} from '../../qapi/model.ts';

/** Members as QAPI writes them: `{ name: 'str', '*size': 'int', list: ['T'] }`. */
export type Written = Readonly<Record<string, string | readonly [string]>>;

interface Marks {
  readonly features?: readonly string[];
  readonly condition?: string;
}

/** A model of those definitions, as if read from QAPI source of 10.0. */
export function modelOf(
  definitions: readonly Definition[],
  options: { readonly release?: string; readonly sources?: readonly ModelSource[] } = {},
): QapiModel {
  const { release = '10.0', sources = ['qapi'] } = options;
  return {
    family: 'qmp',
    release,
    sources,
    definitions: new Map(definitions.map((definition) => [definition.name, definition])),
  };
}

/** A reference to a type. */
export function refTo(type: string | readonly [string]): TypeRef {
  return typeof type === 'string' ? { name: type } : { array: { name: type[0] } };
}

/** Members, all with the same marks. */
export function membersOf(written: Written, marks: Marks = {}): readonly Member[] {
  return Object.entries(written).map(([key, type]) => ({
    name: key.replace(/^\*/, ''),
    type: refTo(type),
    optional: key.startsWith('*'),
    ...marked(marks),
  }));
}

function marked({ features = [], condition }: Marks): {
  features: { name: string }[];
  condition?: Condition;
} {
  return {
    features: features.map((name) => ({ name })),
    ...(condition !== undefined && { condition: conditionOf(condition) }),
  };
}

/** `A` or `A|B`. */
function conditionOf(text: string): Condition {
  const symbols = text.split('|').map((symbol) => ({ symbol }));
  return symbols.length === 1 ? { symbol: text } : { any: symbols };
}

/** A struct. */
export function struct(
  name: string,
  members: Written | readonly Member[],
  marks: Marks & { base?: string } = {},
): Definition {
  const { base } = marks;
  const list = isList(members) ? members : membersOf(members);
  return { kind: 'struct', name, members: list, ...marked(marks), ...(base !== undefined && { base }) };
}

/** An enum; a value may have marks. */
export function enumOf(name: string, values: readonly (string | readonly [string, Marks])[]): Definition {
  const list = values.map((value) => {
    const [word, marks] = typeof value === 'string' ? [value, {}] : value;
    return { name: word, ...marked(marks) };
  });
  return { kind: 'enum', name, features: [], values: list };
}

/** A union; a branch without a type adds nothing. */
export function union(
  name: string,
  base: string | Written,
  discriminator: string,
  branches: Readonly<Record<string, string | undefined>>,
): Definition {
  const list: Branch[] = Object.entries(branches).map(([value, type]) => ({
    name: value,
    type: type === undefined ? undefined : refTo(type),
  }));
  const members = typeof base === 'string' ? base : membersOf(base);
  return { kind: 'union', name, features: [], base: members, discriminator, branches: list };
}

/** An alternate of those types. */
export function alternate(name: string, types: readonly string[]): Definition {
  const alternatives = types.map((type) => ({ name: type, type: refTo(type) }));
  return { kind: 'alternate', name, features: [], alternatives };
}

type Flags = Partial<
  Pick<CommandDefinition, 'gen' | 'successResponse' | 'allowOob' | 'allowPreconfig' | 'replyUnknown'>
>;

/** A command; arguments as members, or the name of a type. */
export function command(
  name: string,
  data?: string | Written | readonly Member[],
  returns?: string | readonly [string],
  marks: Marks & Flags = {},
): CommandDefinition {
  const {
    gen = true,
    successResponse = true,
    allowOob = false,
    allowPreconfig = false,
    replyUnknown,
  } = marks;
  return {
    kind: 'command',
    name,
    arguments: argumentsOf(data),
    returns: returns === undefined ? undefined : refTo(returns),
    ...{ gen, successResponse, allowOob, allowPreconfig, ...(replyUnknown && { replyUnknown }) },
    ...marked(marks),
  };
}

/** An event. */
export function event(
  name: string,
  data?: string | Written | readonly Member[],
  marks: Marks = {},
): Definition {
  return { kind: 'event', name, arguments: argumentsOf(data), ...marked(marks) };
}

function argumentsOf(data: string | Written | readonly Member[] | undefined): Arguments {
  if (data === undefined) return undefined;
  if (typeof data === 'string') return { type: data };
  return { members: isList(data) ? data : membersOf(data) };
}

function isList(members: Written | readonly Member[]): members is readonly Member[] {
  return Array.isArray(members);
}
