import { InputError } from '../errors.ts';
import { loadSchema, shippedReleases } from '../json-schema/load-schema.ts';
import { modelFromSchema } from '../json-schema/model-from-schema.ts';
import { createValidator, type Validator } from '../json-schema/validator.ts';
import type { JsonObject, JsonValue } from '../json/value.ts';
import { introspectionFromModel } from '../qapi/introspection/write-introspection.ts';
import type { Arguments, TypeRef } from '../qapi/model.ts';
import { openTypeBook, type TypeBook } from '../refusals/type-book.ts';
import { compareReleases, seriesOfRelease } from '../release/compare-releases.ts';

/** What is known of a release without a running QEMU. */
export interface ServedRelease {
  /** `x.y.z`. */
  readonly version: string;
  readonly validator: Validator;
  /** Made when it is asked for. */
  readonly book: () => TypeBook;
  /** What a success response has; `undefined`: an empty object. */
  readonly returns: (command: string) => TypeRef | undefined;
  /** What an event carries. */
  readonly data: (event: string) => Arguments;
}

/**
 * The release of a version, by the schema that comes with this package.
 * @param version `x.y`, or `x.y.z`
 * @returns `undefined` where there is no schema for it
 */
export function findServedRelease(version: string): ServedRelease | undefined {
  if (!shippedReleases().includes(seriesOfRelease(version))) return undefined;
  const bundle = loadSchema(version);
  let book: TypeBook | undefined;
  const open = (): TypeBook => (book ??= openTypeBook(modelFromSchema(bundle)));
  return {
    version: version.split('.').length < 3 ? `${version}.0` : version,
    validator: createValidator(bundle),
    book: open,
    returns: (command) => {
      const definition = open().model.definitions.get(command);
      return definition?.kind === 'command' ? definition.returns : undefined;
    },
    data: (event) => {
      const definition = open().model.definitions.get(event);
      return definition?.kind === 'event' ? definition.arguments : undefined;
    },
  };
}

/**
 * The release of a version that the user named.
 * @throws {InputError} when no schema is shipped for it; lists those that are
 */
export function servedRelease(version: string): ServedRelease {
  const release = findServedRelease(version);
  if (release !== undefined) return release;
  throw new InputError(`no schema of release '${version}'; there are: ${shippedReleases().join(', ')}`);
}

/** The capability `oob` is offered since 4.0; before, only to those who asked for it. */
const OFFERS_OOB = '4.0';

/** The member `QMP` of a greeting of a release (qmp-spec, Server Greeting). */
export function greetingOf(version: string): JsonObject {
  const capabilities = compareReleases(version, OFFERS_OOB) >= 0 ? ['oob'] : [];
  return { QMP: { version: versionOf(version), capabilities } };
}

function versionOf(version: string): JsonObject {
  const [major = 0, minor = 0, micro = 0] = version.split('.').map(Number);
  return { qemu: { micro, minor, major }, package: '' };
}

/** What a schema alone tells: the answers to questions about the release itself. `undefined` for all other commands. */
export function answerOfRelease(
  { validator, version, book }: ServedRelease,
  command: string,
): JsonValue | undefined {
  if (!validator.hasCommand(command)) return undefined;
  switch (command) {
    case 'query-version':
      return versionOf(version);
    case 'query-commands':
      return validator.commandNames().map((name) => ({ name }));
    case 'query-events':
      return validator.eventNames().map((name) => ({ name }));
    case 'query-qmp-schema':
      return introspectionFromModel(book().model);
    default:
      return undefined;
  }
}
