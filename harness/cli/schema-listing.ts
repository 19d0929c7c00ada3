import type {
  Arguments,
  Branch,
  Condition,
  Definition,
  Feature,
  Member,
  QapiModel,
  TypeRef,
  UnionDefinition,
} from '../qapi/model.ts';
import { readCondition, type ConditionDialect } from '../qapi/language/condition.ts';
import type { JsonValue } from '../json/value.ts';

/** One line of a listing with what is said of it. */
export interface ListedLine {
  readonly text: string;
  readonly condition?: Condition;
  readonly features: readonly ListedLine[];
}

/** A schema as QEMU's own test program (`tests/qapi-schema/test-qapi.py`) lists it: for each head line, its lines. */
export type SchemaListing = Readonly<Record<string, readonly ListedLine[]>>;

/**
 * Reads the `.out` file of a case of QEMU's: `object NAME`, `    member NAME: TYPE optional=BOOL`, `        if CONDITION`.
 * Left out are modules, arrays, the built-in definitions, documentation, prefixes and `boxed`, which no model has.
 */
export function readListing(text: string, conditions: ConditionDialect): SchemaListing {
  const listing: Record<string, OpenLine[]> = {};
  let lines: OpenLine[] = [];
  // Whom a line at that depth is said of: the definition at 4, its last line or feature at 8, that one's feature at 12.
  const owners = new Map<number, OpenLine>();
  for (const written of text.split('\n')) {
    if (written.startsWith('doc ')) break;
    const indent = written.length - written.trimStart().length;
    const line: OpenLine = { text: written.trim().replace(/ boxed=\w+| coroutine=True/g, ''), features: [] };
    const owner = owners.get(indent);
    if (line.text.startsWith('if ')) {
      if (owner !== undefined) owner.condition = parsePython(line.text.slice('if '.length), conditions);
      continue;
    }
    owners.set(indent + 4, line);
    if (indent === 0) {
      lines = [line];
      if (/^(?:enum|object|alternate|command|event) (?!q_empty$|QType$)/.test(line.text))
        listing[line.text] = lines;
    } else if (line.text.startsWith('feature ')) {
      line.text = line.text.slice('feature '.length);
      owner?.features.push(line);
    } else if (!/^(?:prefix|boxed)\b/.test(line.text)) {
      lines.push(line);
    }
  }
  return listing;
}

interface OpenLine {
  text: string;
  condition?: Condition;
  readonly features: OpenLine[];
}

/** Python's print of a string, list or dictionary. */
function parsePython(text: string, dialect: ConditionDialect): Condition {
  const value: JsonValue = /^[[{]/.test(text) ? (JSON.parse(text.replaceAll("'", '"')) as JsonValue) : text;
  const condition = readCondition(value, dialect);
  return typeof condition === 'string' ? { symbol: `unreadable: ${text}` } : condition;
}

/** The same listing, from a model. Structs around the data of simple unions' branches have no condition of their own. */
export function listModel(model: QapiModel): SchemaListing {
  const blocks = [...model.definitions.values()].flatMap((definition) => listDefinition(definition));
  return Object.fromEntries(blocks.map((lines) => [lines[0]?.text ?? '', lines]));
}

interface Conditional {
  readonly condition?: Condition;
  readonly features?: readonly Feature[];
}

function listed(text: string, { condition, features = [] }: Conditional): ListedLine {
  return {
    text,
    ...(condition && { condition }),
    features: features.map((feature) => listed(feature.name, feature)),
  };
}

function listDefinition(definition: Definition): ListedLine[][] {
  const { name } = definition;
  switch (definition.kind) {
    case 'enum':
      return [
        [
          listed(`enum ${name}`, definition),
          ...definition.values.map((value) => listed(`member ${value.name}`, value)),
        ],
      ];
    case 'struct': {
      const base = definition.base === undefined ? [] : [listed(`base ${definition.base}`, {})];
      return [[listed(`object ${name}`, definition), ...base, ...listMembers(definition.members)]];
    }
    case 'union':
      return listUnion(definition);
    case 'alternate':
      return [
        [
          listed(`alternate ${name}`, definition),
          listed('tag type', {}),
          ...listBranches(definition.alternatives),
        ],
      ];
    case 'command': {
      const { returns, gen, successResponse, allowOob, allowPreconfig } = definition;
      const flags = [
        `gen=${python(gen)}`,
        `success_response=${python(successResponse)}`,
        `oob=${python(allowOob)}`,
      ];
      const head = `command ${name} ${argumentType(definition)} -> ${returns === undefined ? 'None' : nameOf(returns)}`;
      const line = listed(`${flags.join(' ')} preconfig=${python(allowPreconfig)}`, {});
      return [[listed(head, definition), line], ...implicitArguments(definition)];
    }
    case 'event':
      return [
        [listed(`event ${name} ${argumentType(definition)}`, definition)],
        ...implicitArguments(definition),
      ];
  }
}

function listUnion(union: UnionDefinition): ListedLine[][] {
  const { name, base, discriminator } = union;
  const rest = [listed(`tag ${discriminator}`, {}), ...listBranches(union.branches)];
  const head = listed(`object ${name}`, union);
  if (typeof base === 'string') return [[head, listed(`base ${base}`, {}), ...rest]];
  const [kind] = base;
  // A simple union has its discriminator itself.
  if (kind !== undefined && 'name' in kind.type && kind.type.name === `${name}Kind`)
    return [[head, ...listMembers(base), ...rest]];
  const implicit = `q_obj_${name}-base`;
  const condition = union.condition === undefined ? {} : { condition: union.condition };
  return [
    [head, listed(`base ${implicit}`, {}), ...rest],
    [listed(`object ${implicit}`, condition), ...listMembers(base)],
  ];
}

function listMembers(members: readonly Member[]): ListedLine[] {
  return members.map((member) =>
    listed(`member ${member.name}: ${nameOf(member.type)} optional=${python(member.optional)}`, member),
  );
}

function listBranches(branches: readonly Branch[]): ListedLine[] {
  return branches.map((branch) =>
    listed(`case ${branch.name}: ${branch.type === undefined ? 'q_empty' : nameOf(branch.type)}`, branch),
  );
}

function nameOf(type: TypeRef): string {
  return 'array' in type ? `${nameOf(type.array)}List` : type.name;
}

function python(flag: boolean): string {
  return flag ? 'True' : 'False';
}

function argumentType(definition: { readonly name: string; readonly arguments: Arguments }): string {
  if (definition.arguments === undefined) return 'None';
  return 'type' in definition.arguments ? definition.arguments.type : `q_obj_${definition.name}-arg`;
}

function implicitArguments(
  definition: Conditional & { readonly name: string; readonly arguments: Arguments },
): ListedLine[][] {
  if (definition.arguments === undefined || 'type' in definition.arguments) return [];
  const condition = definition.condition === undefined ? {} : { condition: definition.condition };
  return [
    [listed(`object q_obj_${definition.name}-arg`, condition), ...listMembers(definition.arguments.members)],
  ];
}
