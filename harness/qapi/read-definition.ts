import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../json/value.ts';
import {
  checkDistinct,
  checkKeys,
  checkName,
  failIn,
  readEnumValue,
  readFeatures,
  readFlag,
  readIf,
  readMembers,
  readType,
  type Dialect,
  type Expression,
} from './expression.ts';
import type { Alternative, Arguments, Branch, Definition, EnumDefinition, TypeRef } from './model.ts';
import { semanticError, type SourceInfo } from './source-info.ts';

const COMMON_KEYS = ['if', 'features'];
const COMMAND_FLAGS = ['boxed', 'gen', 'success-response', 'allow-oob', 'allow-preconfig', 'coroutine'];

const KINDS: Readonly<Record<string, (expression: Expression) => Definition[]>> = {
  enum: readEnum,
  struct: (expression) => readStruct(expression, 'struct'),
  type: (expression) => readStruct(expression, 'type'),
  union: readUnion,
  alternate: readAlternate,
  command: readCommand,
  event: readEvent,
};

/**
 * Reads one top-level expression that is no directive. It gives more than one definition where the language abbreviates:
 * a simple union stands for an enum, wrapper structs and a flat union. What the names in it refer to is not checked here.
 * @throws {InputError} `file:line: In union 'X': message`, when it has not the shape that its kind demands.
 */
export function readDefinition(value: JsonObject, info: SourceInfo, dialect: Dialect): Definition[] {
  const kind = Object.keys(value).find(
    (key) => Object.hasOwn(KINDS, key) && (key !== 'type' || dialect.legacy),
  );
  const read = kind === undefined ? undefined : KINDS[kind];
  if (kind === undefined || read === undefined) {
    throw semanticError(info, 'expression is missing metatype');
  }
  const name = value[kind];
  if (typeof name !== 'string') throw semanticError(info, `'${kind}' key must have a string value`);
  const expression: Expression = { info, dialect, subject: `${kind} '${name}'`, name, value, implicit: [] };
  checkName(expression, name, kind);
  const definitions = read(expression);
  return [...definitions, ...expression.implicit];
}

function readCommon(expression: Expression): Pick<Definition, 'name' | 'place' | 'condition' | 'features'> {
  return {
    name: expression.name,
    place: { file: expression.info.module, line: expression.info.line },
    ...readIf(expression, expression.value, expression.subject),
    features: readFeatures(expression, expression.value, expression.subject),
  };
}

function readEnum(expression: Expression): Definition[] {
  checkKeys(expression, expression.value, 'enum', ['enum', 'data'], ['prefix', ...COMMON_KEYS]);
  const { data, prefix } = expression.value;
  if (!isJsonArray(data)) return failIn(expression, "'data' must be a list");
  if (prefix !== undefined && typeof prefix !== 'string') failIn(expression, "'prefix' must be a string");
  const values = data.map((value) => readEnumValue(expression, value));
  checkDistinct(expression, values, 'value');
  return [{ kind: 'enum', ...readCommon(expression), values }];
}

function readStruct(expression: Expression, keyword: string): Definition[] {
  checkKeys(expression, expression.value, 'struct', [keyword, 'data'], ['base', ...COMMON_KEYS]);
  const { base, data } = expression.value;
  if (base !== undefined && typeof base !== 'string')
    return failIn(expression, "'base' should be a type name");
  const members = readMembers(expression, data ?? null, "'data'", expression.name);
  return [{ kind: 'struct', ...readCommon(expression), ...(base === undefined ? {} : { base }), members }];
}

function readUnion(expression: Expression): Definition[] {
  checkKeys(
    expression,
    expression.value,
    'union',
    ['union', 'data'],
    ['base', 'discriminator', ...COMMON_KEYS],
  );
  const { discriminator, base } = expression.value;
  if (isJsonObject(discriminator) && expression.dialect.legacy) return readAlternate(expression);
  if (discriminator === undefined) return readSimpleUnion(expression);
  if (typeof discriminator !== 'string') return failIn(expression, "'discriminator' must be a string");
  if (base === undefined) return failIn(expression, "'discriminator' requires 'base'");
  return [
    {
      kind: 'union',
      ...readCommon(expression),
      base:
        typeof base === 'string' ? base : readMembers(expression, base, "'base'", `${expression.name}-base`),
      discriminator,
      branches: readChoices(expression),
    },
  ];
}

/** The `data` of a union or alternate: a type for each name. */
function readChoices(expression: Expression): (Branch & { readonly type: TypeRef })[] {
  const { data } = expression.value;
  if (!isJsonObject(data)) return failIn(expression, "'data' must be an object");
  return Object.entries(data).map(([name, written]) => {
    const what = `'data' member '${name}'`;
    checkName(expression, name, "'data' member", /^(?:__[a-zA-Z0-9.-]+_)?[a-zA-Z0-9][a-zA-Z0-9_.-]*$/);
    if (!isJsonObject(written)) return { name, type: readType(expression, written, what) };
    checkKeys(expression, written, what, ['type'], ['if']);
    const type = readType(expression, written['type'], what);
    return { name, type, ...readIf(expression, written, what) };
  });
}

/** Before 6.2: a union without discriminator stands for one with `type`, whose branches hold one member, `data`. */
function readSimpleUnion(expression: Expression): Definition[] {
  if (expression.dialect.conditions === 'symbols') failIn(expression, "union misses key 'discriminator'");
  const { base } = expression.value;
  if (base !== undefined) failIn(expression, "'base' requires 'discriminator'");
  const common = readCommon(expression);
  const kindName = `${expression.name}Kind`;
  const choices = readChoices(expression);
  const values = choices.map(({ name, condition }) => ({
    name,
    ...(condition && { condition }),
    features: [],
  }));
  const kinds: EnumDefinition = { ...common, features: [], kind: 'enum', name: kindName, values };
  for (const { type } of choices) addWrapper(expression, type);
  const discriminator = { name: 'type', type: { name: kindName }, optional: false, features: [] };
  const branches = choices.map((choice) => ({ ...choice, type: { name: wrapperName(choice.type) } }));
  const baseMembers = [discriminator];
  return [kinds, { kind: 'union', ...common, base: baseMembers, discriminator: 'type', branches }];
}

/** The name that QEMU's own generator gives to the struct around the type of a simple union's branch. */
function wrapperName(type: TypeRef): string {
  return `q_obj_${flatName(type)}-wrapper`;
}

function flatName(type: TypeRef): string {
  return 'array' in type ? `${flatName(type.array)}List` : type.name;
}

function addWrapper(expression: Expression, type: TypeRef): void {
  const name = wrapperName(type);
  if (expression.implicit.some((definition) => definition.name === name)) return;
  const place = { file: expression.info.module, line: expression.info.line };
  const members = [{ name: 'data', type, optional: false, features: [] }];
  expression.implicit.push({ kind: 'struct', name, place, features: [], members });
}

function readAlternate(expression: Expression): Definition[] {
  const keyword = Object.hasOwn(expression.value, 'union') ? 'union' : 'alternate';
  const legacyKeys = keyword === 'union' ? ['discriminator'] : [];
  checkKeys(expression, expression.value, keyword, [keyword, 'data'], [...COMMON_KEYS, ...legacyKeys]);
  const alternatives: Alternative[] = readChoices(expression);
  if (alternatives.length === 0) failIn(expression, "'data' must not be empty");
  return [{ kind: 'alternate', ...readCommon(expression), alternatives }];
}

function readCommand(expression: Expression): Definition[] {
  const optional = ['data', 'returns', ...COMMAND_FLAGS, ...COMMON_KEYS];
  checkKeys(expression, expression.value, 'command', ['command'], optional);
  const { returns } = expression.value;
  const allowOob = readFlag(expression, 'allow-oob', true);
  if (readFlag(expression, 'coroutine', true) && allowOob) {
    failIn(expression, "flags 'allow-oob' and 'coroutine' are incompatible");
  }
  return [
    {
      kind: 'command',
      ...readCommon(expression),
      arguments: readArguments(expression),
      returns: returns === undefined ? undefined : readReturns(expression, returns),
      gen: readFlag(expression, 'gen', false),
      successResponse: readFlag(expression, 'success-response', false),
      allowOob,
      allowPreconfig: readFlag(expression, 'allow-preconfig', true),
    },
  ];
}

function readReturns(expression: Expression, returns: JsonValue): TypeRef {
  if (expression.dialect.legacy && isJsonObject(returns)) {
    const members = readMembers(expression, returns, "'returns'", `${expression.name}-returns`);
    const name = `q_obj_${expression.name}-returns`;
    expression.implicit.push({ kind: 'struct', name, features: [], members });
    return { name };
  }
  return readType(expression, returns, "'returns'");
}

function readEvent(expression: Expression): Definition[] {
  checkKeys(expression, expression.value, 'event', ['event'], ['data', 'boxed', ...COMMON_KEYS]);
  return [{ kind: 'event', ...readCommon(expression), arguments: readArguments(expression) }];
}

function readArguments(expression: Expression): Arguments {
  const { data } = expression.value;
  const boxed = readFlag(expression, 'boxed', true);
  if (boxed && typeof data !== 'string')
    failIn(expression, "'boxed': true requires 'data' to be a type name");
  if (data === undefined) return undefined;
  if (typeof data === 'string') return { type: data };
  const members = readMembers(expression, data, "'data'", `${expression.name}-arg`);
  return members.length === 0 ? undefined : { members };
}
