import { InputError } from '../../errors.ts';
import type { JsonObject, JsonValue } from '../../json/value.ts';
import { writeJson } from '../../json/write-json.ts';
import { compareReleases } from '../../release/compare-releases.ts';
import type { Condition, EnumValue, Feature, QapiModel } from '../model.ts';
import { holds } from './condition-truth.ts';
import type { InfoMember, ObjectInfo, SchemaInfo } from './schema-info.ts';
import { schemaInfosOf } from './schema-infos.ts';

/** How the answer to query-qmp-schema is made. */
export interface IntrospectionOptions {
  /** The symbols that are defined in the build. `all`, the default: everything is there, whatever its condition. */
  readonly conditions?: ReadonlySet<string> | 'all';
  /** Show the real names of types, which introspection masks by numbers. */
  readonly unmask?: boolean;
}

/**
 * What a QEMU that was built from the model's source would answer to query-qmp-schema, as its `return`. Types are numbered
 * in the order of first use, whether the build has them or not. The attributes are those of the model's release (see
 * {@link attributesOf}); features and `allow-oob` come with the releases whose language has them.
 * @throws {InputError} for a release before 2.5, which has no query-qmp-schema.
 */
export function introspectionFromModel(
  model: QapiModel,
  options: IntrospectionOptions = {},
): readonly JsonObject[] {
  if (compareReleases(model.release, '2.5') < 0) {
    throw new InputError(`release ${model.release} has no query-qmp-schema; expected 2.5 or later`);
  }
  const infos = schemaInfosOf(model);
  const on = options.conditions ?? 'all';
  const has = ({ condition }: Conditional): boolean =>
    condition === undefined || on === 'all' || holds(condition, on);
  const writing: Writing = {
    keep: (part, value) => (has(part) ? [value] : []),
    nameOf: options.unmask === true ? (name) => name : masking(infos),
    attributes: attributesOf(model.release),
  };
  return infos.filter(has).map((info) => writeInfo(info, writing));
}

/** A reply as text: one entry a line, so that two of them can be compared line by line. */
export function writeIntrospection(reply: readonly JsonObject[]): string {
  return `[\n${reply.map((entry) => `  ${writeJson(entry, { spaced: true })}`).join(',\n')}\n]\n`;
}

/** Which attributes the entries of a release have, where that is not told by the language of its schema. */
export interface ReplyAttributes {
  /** Since 6.2 the values of an enum stand in `members`, with their features, and `values` is deprecated. */
  readonly enumMembers: boolean;
  /** In 2.12, which brought `allow-oob`, all commands have it; since then those that allow it. */
  readonly everyAllowOob: boolean;
}

/** The attributes that introspection of a release has. From qapi/introspect.json of all releases. */
export function attributesOf(release: string): ReplyAttributes {
  return {
    enumMembers: compareReleases(release, '6.2') >= 0,
    everyAllowOob: compareReleases(release, '2.12') >= 0 && compareReleases(release, '3.0') < 0,
  };
}

interface Conditional {
  readonly condition?: Condition;
}

/** What decides how an entry is written. */
export interface Writing {
  /** What of a part's JSON goes into the list that it stands in. */
  readonly keep: (part: Conditional, value: JsonValue) => readonly JsonValue[];
  readonly nameOf: (type: string) => string;
  readonly attributes: ReplyAttributes;
}

function masking(infos: readonly SchemaInfo[]): (type: string) => string {
  const masks = new Map<string, string>();
  for (const { metaType, name } of infos) {
    if (metaType === 'enum' || metaType === 'object' || metaType === 'alternate')
      masks.set(name, String(masks.size));
  }
  return (type) => type.replace(/[^[\]]+/, (name) => masks.get(name) ?? name);
}

/** An entry as JSON, with those of its parts that are kept. */
export function writeInfo(info: SchemaInfo, writing: Writing): JsonObject {
  const isType = info.metaType !== 'command' && info.metaType !== 'event';
  const name = isType ? writing.nameOf(info.name) : info.name;
  const head = { name, 'meta-type': info.metaType };
  return { ...head, ...writeParts(info, writing), ...writeFeatures(info.features, writing) };
}

function writeParts(info: SchemaInfo, writing: Writing): JsonObject {
  const { nameOf } = writing;
  switch (info.metaType) {
    case 'builtin':
      return { 'json-type': info.jsonType };
    case 'array':
      return { 'element-type': nameOf(info.elementType) };
    case 'enum':
      return writeValues(info.values, writing);
    case 'object':
      return writeObject(info, writing);
    case 'alternate':
      return { members: info.members.flatMap((part) => writing.keep(part, { type: nameOf(part.type) })) };
    case 'command': {
      const types = { 'arg-type': nameOf(info.argType), 'ret-type': nameOf(info.retType) };
      const isTold = info.allowOob || writing.attributes.everyAllowOob;
      return isTold ? { ...types, 'allow-oob': info.allowOob } : types;
    }
    case 'event':
      return { 'arg-type': nameOf(info.argType) };
  }
}

/** QEMU decides by the source whether `features` is there: it stays, empty, when no condition of theirs holds. */
function writeFeatures(features: readonly Feature[], writing: Writing): JsonObject {
  if (features.length === 0) return {};
  return { features: features.flatMap((feature) => writing.keep(feature, feature.name)) };
}

function writeValues(all: readonly EnumValue[], writing: Writing): JsonObject {
  const values = all.flatMap((value) => writing.keep(value, value.name));
  if (!writing.attributes.enumMembers) return { values };
  const members = all.flatMap((value) =>
    writing.keep(value, { name: value.name, ...writeFeatures(value.features, writing) }),
  );
  return { members, values };
}

function writeObject(info: ObjectInfo, writing: Writing): JsonObject {
  const members = info.members.flatMap((member) => writing.keep(member, writeMember(member, writing)));
  if (info.tag === undefined) return { members };
  const variants = info.variants.flatMap((variant) =>
    writing.keep(variant, { case: variant.case, type: writing.nameOf(variant.type) }),
  );
  return { members, tag: info.tag, variants };
}

function writeMember(member: InfoMember, writing: Writing): JsonObject {
  const typed = { name: member.name, type: writing.nameOf(member.type) };
  const fallback = member.optional ? { default: null } : {};
  return { ...typed, ...fallback, ...writeFeatures(member.features, writing) };
}
