import { planObject, resolveSchema, type Definitions } from '../json-schema/object-plan.ts';
import { keyOf } from '../json-schema/references.ts';
import { createValidator, type Validator } from '../json-schema/validator.ts';
import { stepsOfPointer } from '../json/pointer.ts';
import { isJsonArray, isJsonObject, jsonType, type JsonObject, type JsonValue } from '../json/value.ts';
import { commandName, eventName } from './judge-message.ts';
import type { MessageClass } from '../transcript/classify-message.ts';

/** The schema of one release and family, as the linter asks it. */
export interface LintSchema {
  /** `x.y`. */
  readonly release: string;
  readonly validator: Validator;
  readonly definitions: Definitions;
}

/**
 * Opens a schema bundle.
 * @throws {InputError} when it is none.
 */
export function openLintSchema(bundle: JsonObject): LintSchema {
  const validator = createValidator(bundle);
  const defs = isJsonObject(bundle['$defs']) ? bundle['$defs'] : {};
  return {
    release: validator.release,
    validator,
    definitions: { defs, resolved: new Map(), plans: new Map() },
  };
}

/** Tells whether QEMU answers a command that succeeds (QAPI, `success-response`); not for one that it does not have. */
export function isAnswered({ definitions }: LintSchema, command: string): boolean {
  const returns = definitions.defs[keyOf.returns(command)];
  return returns !== undefined && !(isJsonObject(returns) && returns['not'] !== undefined);
}

/** Names that a schema allows at a place. */
export interface NamesAt {
  /** Of members, where there is to be an object. */
  readonly members: readonly string[];
  /** Of values, where there is to be an enum. */
  readonly values: readonly string[];
}

const NO_NAMES: NamesAt = { members: [], values: [] };

/** A message, and the command that it answers if it is a response. */
export interface MessageInContext {
  readonly kind: MessageClass;
  readonly value: JsonValue;
  readonly answered: string | undefined;
}

/** The names that the schema allows at a place of a message; none where it does not say. */
export function namesAt(schema: LintSchema, message: MessageInContext, pointer: string): NamesAt {
  const { definitions } = schema;
  const [first, ...rest] = stepsOfPointer(pointer);
  const key = keyOfPart(message, first);
  if (key !== undefined) {
    const part = isJsonObject(message.value) && first !== undefined ? message.value[first] : undefined;
    return namesBelow(definitions, definitions.defs[key], part, rest);
  }
  const envelope = definitions.defs[message.kind];
  return namesBelow(definitions, envelope, message.value, stepsOfPointer(pointer));
}

function keyOfPart(
  { kind, value, answered }: MessageInContext,
  first: string | undefined,
): string | undefined {
  if (kind === 'command' && first === 'arguments') return keyOf.arguments(commandName(value));
  if (kind === 'event' && first === 'data') return keyOf.data(eventName(value));
  if (kind === 'success' && first === 'return' && answered !== undefined) return keyOf.returns(answered);
  return undefined;
}

function namesBelow(
  definitions: Definitions,
  schema: JsonValue | undefined,
  value: JsonValue | undefined,
  steps: readonly string[],
): NamesAt {
  if (!isJsonObject(schema)) return NO_NAMES;
  const { definition } = resolveSchema(definitions, schema);
  const alternative = alternativeOf(definition, value);
  if (alternative !== undefined) return namesBelow(definitions, alternative, value, steps);
  const [step, ...rest] = steps;
  const members = definition['type'] === 'object' ? membersOf(definitions, definition, value) : undefined;
  if (step === undefined) {
    const values = isJsonArray(definition['enum']) ? definition['enum'] : [];
    return { members: [...(members?.keys() ?? [])], values: values.filter((one) => typeof one === 'string') };
  }
  if (members !== undefined) {
    const below = isJsonObject(value) ? value[step] : undefined;
    return namesBelow(definitions, members.get(step), below, rest);
  }
  const below = isJsonArray(value) ? value[Number(step)] : undefined;
  return namesBelow(definitions, definition['items'], below, rest);
}

/** The alternative that the JSON type of a value picks. */
function alternativeOf(definition: JsonObject, value: JsonValue | undefined): JsonObject | undefined {
  const { anyOf } = definition;
  if (!isJsonArray(anyOf) || value === undefined) return undefined;
  return anyOf
    .filter(isJsonObject)
    .find((one) => one['type'] === undefined || one['type'] === jsonType(value));
}

/** The members of an object, those of the branches among them that it picks by its discriminators. */
function membersOf(
  definitions: Definitions,
  definition: JsonObject,
  value: JsonValue | undefined,
): ReadonlyMap<string, JsonValue> {
  let plan = planObject(definitions, definition);
  const members = new Map(plan.properties);
  while (plan.union !== undefined) {
    const tag = isJsonObject(value) ? value[plan.union.discriminator] : undefined;
    const branch = typeof tag === 'string' ? plan.union.branches.get(tag) : undefined;
    if (branch === undefined) break;
    plan = planObject(definitions, branch);
    for (const [name, schema] of plan.properties) members.set(name, schema);
  }
  return members;
}
