import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { pointerTo, valueAt } from '../json/pointer.ts';
import {
  isJsonArray,
  isJsonObject,
  jsonType,
  stringAt,
  type JsonObject,
  type JsonValue,
} from '../json/value.ts';
import { checkInteger, checkNumber } from './check-number.ts';
import {
  planObject,
  resolveSchema,
  type Definitions,
  type ObjectPlan,
  type UnionPlan,
} from './object-plan.ts';
import { describeNames, describeValue, report, type Examination, type ValueAt } from './violation.ts';

/**
 * Checks values against the definitions of one bundle. Ajv compiles one function for each object type (for a union: for
 * each branch) when the first such value comes. What JSON Schema's own keywords cannot do exactly, lazily or with one
 * violation for one wrong place is done by keywords of our own: integers of 64 bits, unions, alternates, references.
 */
export interface Checker {
  readonly definitions: Definitions;
  readonly ajv: Ajv;
  /** Schemas that our keywords refer to by index; ajv would walk through anything else. */
  readonly schemas: JsonObject[];
  readonly indexes: Map<JsonObject, number>;
  readonly compiled: Map<string, Compiled>;
  /** Where the compiled function that runs stands; itself it knows only the way below. */
  current: { readonly examination: Examination; readonly base: string } | undefined;
  /** Values that were met and are still to be checked: a queue, so that no message is too deep for the stack. */
  readonly pending: Task[];
}

interface Task {
  readonly schema: JsonObject;
  readonly at: ValueAt;
}

/** A compiled function, and what a message about its errors needs. */
interface Compiled {
  readonly validate: ValidateFunction;
  readonly members: readonly string[];
  readonly discriminators: readonly string[];
}

/** A checker of the definitions that stand in `$defs` of a bundle. Compiles nothing yet. */
export function openDefinitions(defs: JsonObject): Checker {
  const checker: Checker = {
    definitions: { defs, resolved: new Map(), plans: new Map() },
    ajv: new Ajv({
      allErrors: true,
      strict: false,
      meta: false,
      validateSchema: false,
      addUsedSchema: false,
      messages: false,
      logger: false,
      loopEnum: 4,
      loopRequired: 4,
      // Most functions run a few times only; to optimise them costs more than it gains.
      code: { optimize: false },
    }),
    schemas: [],
    indexes: new Map(),
    compiled: new Map(),
    current: undefined,
    pending: [],
  };
  addKeyword(checker, 'qapi-later', (schema, at) => void checker.pending.push({ schema, at }));
  addKeyword(checker, 'qapi-integer', checkInteger);
  addKeyword(checker, 'qapi-number', checkNumber);
  return checker;
}

/** A keyword that reports by itself, so that it is always satisfied. Its value is an index of `checker.schemas`. */
function addKeyword(
  checker: Checker,
  keyword: string,
  check: (schema: JsonObject, at: ValueAt) => void,
): void {
  checker.ajv.addKeyword({
    keyword,
    schemaType: 'number',
    errors: false,
    validate: (
      index: number,
      value: JsonValue,
      _parent?: unknown,
      at?: { readonly instancePath: string },
    ): boolean => {
      const { current } = checker;
      const schema = checker.schemas[index];
      if (current === undefined || schema === undefined)
        throw new Error(`keyword ${keyword} outside of a check`);
      const pointer = current.base + (at?.instancePath ?? '');
      check(schema, { examination: current.examination, value, pointer });
      return true;
    },
  });
}

/** Checks a value of a message, and all that is in it, against `schema`, a part of the bundle. */
export function checkValue(checker: Checker, schema: JsonValue, at: ValueAt): void {
  if (!isJsonObject(schema)) return;
  const { pending } = checker;
  pending.push({ schema, at });
  try {
    // The queue grows while it is worked off.
    for (const task of pending) checkTask(checker, task);
  } finally {
    pending.length = 0;
  }
}

function checkTask(checker: Checker, { schema, at }: Task): void {
  const { definition } = resolveSchema(checker.definitions, schema);
  if (definition['type'] === 'object') {
    checkObject(checker, schema, at);
    return;
  }
  if (isJsonArray(definition['anyOf'])) {
    checkAlternate(checker, definition, at);
    return;
  }
  const compile = (): Compiled => ({
    validate: checker.ajv.compile(rewrite(checker, definition)),
    members: [],
    discriminators: [],
  });
  run(checker, compiledOnce(checker, `schema ${indexOf(checker, definition)}`, compile), at);
}

function compiledOnce(checker: Checker, key: string, compile: () => Compiled): Compiled {
  const known = checker.compiled.get(key);
  if (known !== undefined) return known;
  const compiled = compile();
  checker.compiled.set(key, compiled);
  return compiled;
}

function run(checker: Checker, compiled: Compiled, at: ValueAt): void {
  checker.current = { examination: at.examination, base: at.pointer };
  const valid = compiled.validate(at.value);
  checker.current = undefined;
  if (valid) return;
  const errors = compiled.validate.errors ?? [];
  const mistyped = new Set(
    errors.filter(({ keyword }) => keyword === 'type').map((error) => error.instancePath),
  );
  for (const error of errors) {
    if (error.keyword === 'type' || !mistyped.has(error.instancePath)) reportError(compiled, error, at);
  }
}

/** One error of ajv as a violation. */
function reportError(compiled: Compiled, error: ErrorObject, at: ValueAt): void {
  const { examination } = at;
  const pointer = at.pointer + error.instancePath;
  const params = error.params as Readonly<Record<string, unknown>>;
  const found = (): string => describeValue(valueAt(examination.message, pointer));
  switch (error.keyword) {
    case 'required': {
      const name = String(params['missingProperty']);
      const place = { examination, pointer: pointerTo(pointer, name) };
      const expected = `member '${name}', which is not optional`;
      report(place, { rule: 'schema/missing-member', what: 'nothing', expected });
      return;
    }
    case 'additionalProperties': {
      const name = String(params['additionalProperty']);
      const place = { examination, pointer: pointerTo(pointer, name) };
      const expected = `members ${describeNames(compiled.members)}`;
      report(place, { rule: 'schema/unknown-member', what: `member '${name}'`, expected });
      return;
    }
    case 'enum': {
      const isTag = compiled.discriminators.some((name) => error.instancePath === pointerTo('', name));
      const rule = isTag ? 'schema/branch' : 'schema/enum-value';
      const expected = `one of ${describeNames(params['allowedValues'] as readonly string[])}`;
      report({ examination, pointer }, { rule, what: found(), expected });
      return;
    }
    case 'type': {
      report(
        { examination, pointer },
        { rule: 'schema/type', what: found(), expected: withArticle(String(params['type'])) },
      );
      return;
    }
    default:
      throw new Error(`unexpected error of keyword ${error.keyword}`);
  }
}

function withArticle(type: string): string {
  if (type === 'null') return type;
  return /^[ao]/.test(type) ? `an ${type}` : `a ${type}`;
}

/** The schema that ajv compiles for a part of the bundle. */
function rewrite(checker: Checker, schema: JsonValue | undefined): JsonObject | boolean {
  if (!isJsonObject(schema)) return true;
  const { definition } = resolveSchema(checker.definitions, schema);
  const { type } = definition;
  switch (type) {
    case 'object':
      return { 'qapi-later': indexOf(checker, schema) };
    case 'array':
      return { type, items: rewrite(checker, definition['items']) };
    case 'integer':
      return { 'qapi-integer': indexOf(checker, definition) };
    case 'number':
      return { 'qapi-number': indexOf(checker, definition) };
    case undefined:
      if (isJsonArray(definition['anyOf'])) return { 'qapi-later': indexOf(checker, definition) };
      return isJsonArray(definition['enum']) ? { type: 'string', enum: definition['enum'] } : true;
    default:
      return { type };
  }
}

function indexOf(checker: Checker, schema: JsonObject): number {
  const known = checker.indexes.get(schema);
  if (known !== undefined) return known;
  checker.indexes.set(schema, checker.schemas.length);
  return checker.schemas.push(schema) - 1;
}

/** A struct or union; the values of the discriminators pick what is compiled. */
function checkObject(checker: Checker, schema: JsonObject, at: ValueAt): void {
  const { value } = at;
  const resolved = resolveSchema(checker.definitions, schema);
  if (!isJsonObject(value)) {
    const expected = resolved.name === '' ? 'an object' : `an object (${resolved.name})`;
    report(at, { rule: 'schema/type', what: describeValue(value), expected });
    return;
  }
  const plans = [planObject(checker.definitions, resolved.definition)];
  let { closed } = resolved;
  for (let union = plans[0]?.union; union !== undefined;) {
    const branch = branchOf(union, value);
    if (branch === 'unknown') closed = false;
    if (typeof branch === 'string') break;
    const plan = planObject(checker.definitions, branch);
    plans.push(plan);
    union = plan.union;
  }
  const key = `object ${plans.map(({ id }) => id).join(' ')}${closed ? ' closed' : ''}`;
  run(
    checker,
    compiledOnce(checker, key, () => compileObject(checker, plans, closed)),
    at,
  );
}

/** `unknown`: nothing says which branch is meant, so nothing can be said of members that are not the base's. */
function branchOf(union: UnionPlan, value: JsonObject): JsonObject | 'without members' | 'unknown' {
  const tag = value[union.discriminator];
  if (typeof tag !== 'string') return 'unknown';
  const branch = union.branches.get(tag);
  if (branch !== undefined) return branch;
  return union.values?.has(tag) === true ? 'without members' : 'unknown';
}

function compileObject(checker: Checker, plans: readonly ObjectPlan[], closed: boolean): Compiled {
  const members = new Map(plans.flatMap((plan) => [...plan.properties]));
  const properties = Object.fromEntries(
    [...members].map(([name, schema]) => [name, rewrite(checker, schema)]),
  );
  const required = plans.flatMap((plan) => plan.required);
  const validate = checker.ajv.compile({
    properties,
    required,
    ...(closed && { additionalProperties: false }),
  });
  const discriminators = plans.flatMap((plan) =>
    plan.union === undefined ? [] : [plan.union.discriminator],
  );
  return { validate, members: [...members.keys()], discriminators };
}

/** The JSON type decides which alternative is meant. */
function checkAlternate(checker: Checker, definition: JsonObject, at: ValueAt): void {
  const type = jsonType(at.value);
  const alternatives = isJsonArray(definition['anyOf']) ? definition['anyOf'].filter(isJsonObject) : [];
  const meant = alternatives.find((one) => one['type'] === undefined || one['type'] === type);
  if (meant !== undefined) {
    checkTask(checker, { schema: meant, at });
    return;
  }
  const expected = alternatives.map((one) => withArticle(stringAt(one, 'type'))).join(' or ');
  report(at, { rule: 'schema/type', what: describeValue(at.value), expected });
}
