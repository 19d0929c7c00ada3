import { isJsonArray, isJsonObject, type JsonValue } from '../../json/value.ts';
import type { Arguments, Definition, TypeRef } from '../model.ts';
import type { Dialect } from './dialect.ts';
import { sinceOfBlock } from './since.ts';
import { checkDistinct, checkKeys, failIn, placeOf, readFlag, type Expression } from './expression.ts';
import { readEnumValue, readFeatures, readIf, readMembers, readType } from './read-parts.ts';
import { checkBlock } from './check-documents.ts';
import { checkDefinitionName } from './names.ts';
import type { Pragmas } from './pragmas.ts';
import type { ModuleExpression } from './read-modules.ts';
import { COMMON_KEYS, readAlternate, readUnion } from './read-union.ts';
import { semanticError, type SourceInfo } from './source-info.ts';

/** The definitions that one expression gives, and what the later checks need of it. */
export interface ReadExpression {
  readonly expression: Expression;
  readonly definitions: readonly Definition[];
}

const COMMAND_FLAGS = ['boxed', 'gen', 'success-response', 'allow-oob', 'allow-preconfig', 'coroutine'];

const KINDS: Readonly<Record<string, (expression: Expression) => Definition[]>> = {
  enum: readEnum,
  union: (expression) => readUnion(expression, readCommon(expression)),
  alternate: (expression) => readAlternate(expression, readCommon(expression)),
  struct: (expression) => readStruct(expression, 'struct'),
  type: (expression) => readStruct(expression, 'type'),
  command: readCommand,
  event: readEvent,
};
const KIND_NAMES = Object.keys(KINDS);

/**
 * Reads one top-level expression that is no directive. It gives more than one definition where the language abbreviates:
 * a simple union stands for an enum, wrapper structs and a flat union. What the names in it refer to is not checked here.
 * @throws {InputError} when it has not the shape that its kind demands, or its documentation is of something else.
 */
export function readDefinition(source: ModuleExpression, dialect: Dialect, pragmas: Pragmas): ReadExpression {
  const { value, info } = source;
  const kind = kindOf(source, dialect);
  const name = value[kind];
  if (typeof name !== 'string') throw semanticError(info, `the name in '${kind}' must be a string`);
  const subject = `${kind} '${name}'`;
  // Documentation of another name is an error where it is checked; before, it tells nothing of this definition.
  const block = source.block?.symbol === name || dialect.has('checked-documents') ? source.block : undefined;
  const expression: Expression = { info, dialect, pragmas, subject, name, value, block, implicit: [] };
  checkDefinitionName(expression, kind);
  checkBlock(expression, kind);
  const definitions = KINDS[kind]?.(expression) ?? [];
  return { expression, definitions: [...definitions, ...expression.implicit] };
}

function kindOf({ value, info }: ModuleExpression, dialect: Dialect): string {
  let found: string | undefined;
  for (const kind of KIND_NAMES) {
    if (!Object.hasOwn(value, kind) || (kind === 'type' && dialect.has('plain-types'))) continue;
    if (found === undefined) found = kind;
    else if (dialect.has('one-metatype')) failWithoutKind(info);
  }
  return found ?? failWithoutKind(info);
}

function failWithoutKind(info: SourceInfo): never {
  const keys = "'enum', 'struct', 'union', 'alternate', 'command' or 'event'";
  throw semanticError(info, `an expression must have one of the keys ${keys}, and only one`);
}

function readCommon(expression: Expression): Omit<Definition, 'kind'> {
  const since = expression.block === undefined ? undefined : sinceOfBlock(expression.block);
  return {
    name: expression.name,
    place: placeOf(expression),
    ...readIf(expression, expression.value, expression.subject),
    features: readFeatures(expression, expression.value, expression.subject),
    ...(since !== undefined && { since }),
  };
}

function readEnum(expression: Expression): Definition[] {
  checkKeys(expression, expression.value, 'enum', ['enum', 'data'], ['prefix', ...COMMON_KEYS]);
  const { data, prefix } = expression.value;
  if (!isJsonArray(data)) return failIn(expression, "'data' of an enum must be an array");
  if (prefix !== undefined && typeof prefix !== 'string') failIn(expression, "'prefix' must be a string");
  const values = data.map((value) => readEnumValue(expression, value));
  checkDistinct(expression, values, 'value');
  return [{ kind: 'enum', ...readCommon(expression), values }];
}

function readStruct(expression: Expression, keyword: string): Definition[] {
  const { name, value } = expression;
  checkKeys(expression, value, 'struct', [keyword, 'data'], ['base', ...COMMON_KEYS]);
  const { base, data } = value;
  if (base !== undefined && typeof base !== 'string')
    return failIn(expression, "'base' should be a type name");
  const members = readMembers(expression, data ?? null, { what: "'data'", path: name, owner: name });
  return [{ kind: 'struct', ...readCommon(expression), ...(base === undefined ? {} : { base }), members }];
}

function readCommand(expression: Expression): Definition[] {
  const optional = ['data', 'returns', ...COMMAND_FLAGS, ...COMMON_KEYS];
  checkKeys(expression, expression.value, 'command', ['command'], optional);
  const { returns } = expression.value;
  const allowOob = readFlag(expression, 'allow-oob', true);
  if (readFlag(expression, 'coroutine', true) && allowOob) {
    failIn(expression, "a command has either 'allow-oob' or 'coroutine'");
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
  if (!expression.dialect.has('plain-types') && isJsonObject(returns)) {
    const path = `${expression.name}-returns`;
    const inner = { ...expression, block: undefined };
    const members = readMembers(inner, returns, { what: "'returns'", path, owner: undefined });
    expression.implicit.push({ kind: 'struct', name: `q_obj_${path}`, features: [], members });
    return { name: `q_obj_${path}` };
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
  const path = `${expression.name}-arg`;
  const members = readMembers(expression, data, { what: "'data'", path, owner: undefined });
  return members.length === 0 ? undefined : { members };
}
