import type { JsonObject, JsonValue } from '../json/value.ts';
import { listAt, memberAt, objectFrom, optionalAt, ShapeError, textAt, textFrom } from '../results/shape.ts';
import type { TargetFacts } from '../results/verdict.ts';
import type { HostFacts } from './host-facts.ts';
import { BUNDLE_FORMAT } from './layout.ts';
import type { ProgramClaims } from './recorded-target.ts';
import type { SuiteFacts } from './suite-facts.ts';

/** `bundle.json`: what was judged, by what, and where. */
export interface BundleFacts {
  readonly target: CertifiedTarget;
  readonly suite: SuiteFacts;
  readonly host: HostFacts;
  /** When the run began and ended, as RFC 3339 in UTC. */
  readonly run: { readonly started: string; readonly finished: string };
}

/** A target, without the paths of its machine. */
export interface CertifiedTarget {
  readonly name: string;
  readonly version: string;
  readonly package: string;
  readonly architecture: string;
  readonly accelerator: string;
  /** Name of the binary, without its folders. */
  readonly file: string;
  /** SHA-256 of the binary, in hexadecimal. */
  readonly digest: string;
  /** In hexadecimal, where the binary has one. */
  readonly buildId?: string;
  readonly schema: string;
  readonly commands?: readonly string[];
  readonly events?: readonly string[];
  /** What other programs of the build lack. */
  readonly programs: ProgramClaims;
}

/** The target as a run archive describes it. */
export function factsOfCertified({ file, buildId: _, programs: __, ...facts }: CertifiedTarget): TargetFacts {
  return { kind: 'qemu', where: file, ...facts };
}

/** The text of `bundle.json`. */
export function writeBundleFacts({ target, suite, host, run }: BundleFacts): string {
  return `${JSON.stringify({ format: BUNDLE_FORMAT, target, suite, host, run }, undefined, 2)}\n`;
}

/**
 * Reads `bundle.json`.
 * @throws {NewerFormat} for a format that this version does not know
 * @throws {ShapeError}
 */
export function bundleFactsFromJson(value: JsonValue): BundleFacts {
  const object = objectFrom(value);
  const format = memberAt(object, 'format');
  if (format !== BUNDLE_FORMAT) throw new NewerFormat(format);
  return {
    target: targetFrom(objectAt(object, 'target')),
    suite: suiteFrom(objectAt(object, 'suite')),
    host: hostFrom(objectAt(object, 'host')),
    run: runFrom(objectAt(object, 'run')),
  };
}

/** A bundle of another format than ours. */
export class NewerFormat extends Error {
  override readonly name = 'NewerFormat';

  constructor(format: JsonValue | undefined) {
    super(`format ${typeof format === 'number' ? format : 'unknown'}`);
  }
}

function objectAt(object: JsonObject, name: string): JsonObject {
  return objectFrom(memberAt(object, name));
}

function targetFrom(object: JsonObject): CertifiedTarget {
  const buildId = optionalAt(object, 'buildId', textAt);
  const commands = optionalAt(object, 'commands', namesAt);
  const events = optionalAt(object, 'events', namesAt);
  return {
    name: textAt(object, 'name'),
    version: textAt(object, 'version'),
    package: textAt(object, 'package'),
    architecture: textAt(object, 'architecture'),
    accelerator: textAt(object, 'accelerator'),
    file: textAt(object, 'file'),
    digest: digestAt(object, 'digest'),
    ...(buildId !== undefined && { buildId }),
    schema: textAt(object, 'schema'),
    ...(commands !== undefined && { commands }),
    ...(events !== undefined && { events }),
    programs: programsFrom(objectAt(object, 'programs')),
  };
}

function namesAt(object: JsonObject, name: string): readonly string[] {
  return listAt(object, name, textFrom);
}

function digestAt(object: JsonObject, name: string): string {
  const digest = textAt(object, name);
  if (/^[0-9a-f]{64}$/.test(digest)) return digest;
  throw new ShapeError(`member '${name}' is '${digest}'`, 'a SHA-256 in hexadecimal');
}

function programsFrom(object: JsonObject): ProgramClaims {
  return Object.fromEntries(
    Object.entries(object).map(([program, value]) => {
      const claim = objectFrom(value);
      const missing = optionalAt(claim, 'missing', textAt);
      return [program, { absent: namesAt(claim, 'absent'), ...(missing !== undefined && { missing }) }];
    }),
  );
}

function suiteFrom(object: JsonObject): SuiteFacts {
  const profile = objectAt(object, 'profile');
  return {
    version: textAt(object, 'version'),
    profile: { name: textAt(profile, 'name'), digest: digestAt(profile, 'digest') },
    recordings: digestAt(object, 'recordings'),
    stages: digestAt(object, 'stages'),
    schemas: digestAt(object, 'schemas'),
    expectations: digestAt(object, 'expectations'),
  };
}

function hostFrom(object: JsonObject): HostFacts {
  return {
    system: textAt(object, 'system'),
    kernel: textAt(object, 'kernel'),
    architecture: textAt(object, 'architecture'),
    processor: textAt(object, 'processor'),
  };
}

function runFrom(object: JsonObject): BundleFacts['run'] {
  return { started: timeAt(object, 'started'), finished: timeAt(object, 'finished') };
}

function timeAt(object: JsonObject, name: string): string {
  const time = textAt(object, name);
  if (/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z$/.test(time)) return time;
  throw new ShapeError(`member '${name}' is '${time}'`, 'a time in UTC, as RFC 3339 has it');
}
