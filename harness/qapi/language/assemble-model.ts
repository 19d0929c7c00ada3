import type { Arguments, Branch, CommandDefinition, Definition, UnionDefinition } from '../model.ts';
import { checkAlternate } from './check-alternate.ts';
import { checkDescribed, checkDescriptions } from './check-documents.ts';
import { checkClashes, checkMemberTypes, checkObject, type ObjectChecks } from './check-objects.ts';
import { allFeaturesOf } from './definition-parts.ts';
import type { Dialect } from './dialect.ts';
import {
  checkType,
  describeType,
  failFor,
  gatherDefinitions,
  objectSource,
  type Schema,
  type SourcedDefinition,
} from './schema.ts';

/**
 * Makes the whole of the definitions: every reference is resolved, what is wrong only in meaning is found, and branches
 * of a union are there for every value of its discriminator.
 * @throws {InputError} in QEMU's form.
 */
export function assembleDefinitions(
  sources: readonly SourcedDefinition[],
  dialect: Dialect,
): ReadonlyMap<string, Definition> {
  const schema: Schema = { dialect, sources: gatherDefinitions(sources) };
  const checks: ObjectChecks = new Map();
  const definitions = new Map<string, Definition>();
  for (const source of schema.sources.values()) {
    const definition = checkDefinition(schema, checks, source);
    if (isDocumented(source)) checkDescribed(source.expression, definition);
    definitions.set(definition.name, definition);
  }
  for (const source of schema.sources.values()) {
    if (isDocumented(source)) checkDescriptions(source.expression, source.definition);
  }
  if (dialect.has('directives-only')) checkFeatureCount(schema);
  return definitions;
}

/** Definitions that the language makes of its own accord are described by nothing. */
function isDocumented({ definition, expression }: SourcedDefinition): boolean {
  return definition.name === expression.name;
}

function checkDefinition(schema: Schema, checks: ObjectChecks, source: SourcedDefinition): Definition {
  const { definition } = source;
  checkTypeFeatures(schema, source);
  switch (definition.kind) {
    case 'enum':
      checkClashes(schema, source, [], definition.values, 'value');
      return definition;
    case 'struct':
      checkObject(schema, checks, source);
      return definition;
    case 'union':
      return completeUnion(definition, checkObject(schema, checks, source).values?.values ?? []);
    case 'alternate':
      checkAlternate(schema, source, definition);
      return definition;
    case 'command':
      checkArguments(schema, checks, source, definition.arguments);
      checkReturns(schema, source, definition);
      return definition;
    case 'event':
      checkArguments(schema, checks, source, definition.arguments);
      return definition;
  }
}

/** What is said of a use is said of the members and values that use a type, not of the type. */
function checkTypeFeatures(schema: Schema, source: SourcedDefinition): void {
  const { kind, features, name } = source.definition;
  if (features.length === 0 || kind === 'command' || kind === 'event' || name !== source.expression.name)
    return;
  const refused = [
    ...(schema.dialect.has('no-deprecated-types') ? ['deprecated'] : []),
    ...(schema.dialect.has('symbol-conditions') ? ['unstable'] : []),
  ];
  const wrong = features.find((feature) => refused.includes(feature.name));
  if (wrong !== undefined) failFor(source, `a type cannot have the feature '${wrong.name}'`);
}

function completeUnion(
  union: UnionDefinition,
  values: readonly { readonly name: string; readonly condition?: Branch['condition'] }[],
): UnionDefinition {
  const named = new Set(union.branches.map(({ name }) => name));
  const others: Branch[] = values
    .filter(({ name }) => !named.has(name))
    .map(({ name, condition }) => ({ name, type: undefined, ...(condition && { condition }) }));
  return { ...union, branches: [...union.branches, ...others] };
}

function checkArguments(
  schema: Schema,
  checks: ObjectChecks,
  source: SourcedDefinition,
  written: Arguments,
): void {
  if (written === undefined) return;
  const boxed = source.expression.value['boxed'] === true;
  if ('members' in written) {
    checkMemberTypes(schema, source, written.members);
    checkClashes(schema, source, [], written.members, 'member');
    checkUnconditional(schema, source, written.members);
    return;
  }
  const object = objectSource(schema, source, written.type, "'data'");
  if (object.definition.kind === 'union' && !boxed) {
    failFor(source, `'data' can use union type '${written.type}' only with 'boxed': true`);
  }
  const { members } = checkObject(schema, checks, object);
  if (!boxed) checkUnconditional(schema, source, members);
}

/** Since 8.1: what is generated for arguments that are not boxed has no place for a condition. */
function checkUnconditional(
  schema: Schema,
  source: SourcedDefinition,
  members: readonly { readonly name: string; readonly condition?: Branch['condition'] }[],
): void {
  if (!schema.dialect.has('nested-unions')) return;
  const conditional = members.find(({ condition }) => condition !== undefined);
  if (conditional !== undefined)
    failFor(source, `conditional member '${conditional.name}' in 'data' requires 'boxed': true`);
}

/** Since 2.9: a command returns an object or an array of such, so that members can be added; pragmas make exceptions. */
function checkReturns(schema: Schema, source: SourcedDefinition, command: CommandDefinition): void {
  const { returns } = command;
  if (returns === undefined) return;
  checkType(schema, source, returns, "'returns'");
  if (!schema.dialect.has('returns-objects')) return;
  if (source.expression.pragmas.commandReturns.includes(command.name)) return;
  const element = 'array' in returns ? returns.array : returns;
  const kind = 'name' in element ? schema.sources.get(element.name)?.definition.kind : undefined;
  if (kind !== 'struct' && kind !== 'union')
    failFor(source, `'returns' cannot use ${describeType(schema, element)}, as it is no object`);
}

/** What QEMU's generated code has room for. */
const MAX_FEATURES = 64;

function checkFeatureCount(schema: Schema): void {
  const seen = new Set(['deprecated', 'unstable']);
  for (const source of schema.sources.values()) {
    allFeaturesOf(source.definition).forEach(({ name }) => seen.add(name));
    if (seen.size > MAX_FEATURES)
      failFor(source, `feature ${MAX_FEATURES + 1} of a schema that may have ${MAX_FEATURES}`);
  }
}
