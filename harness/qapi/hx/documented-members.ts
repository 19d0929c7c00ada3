import { isJsonArray, isJsonObject, jsonType, type JsonValue } from '../../json/value.ts';
import type { Member, StructDefinition, TypeRef } from '../model.ts';
import type { TextLine } from './split-hx.ts';

/** What the documentation calls a type: `json-string` is `string`. */
export type DocumentedType = 'string' | 'int' | 'number' | 'bool' | 'object' | 'array';

/** One bullet of a list of members, `- "name": text (json-int, optional)`. */
export interface DocumentedMember {
  /** Absent: the bullet names nothing, so that the list is not complete. */
  readonly name: string | undefined;
  readonly line: number;
  /** Absent: the text does not say. */
  readonly type: DocumentedType | undefined;
  readonly optional: boolean;
  /** What an object contains. Bullets below anything else are remarks, e.g. on the values that a string may have. */
  readonly members: readonly DocumentedMember[];
}

interface Bullet {
  readonly line: number;
  readonly indent: number;
  text: string;
}

const BULLET = /^(\s*)- +(\S.*)$/;

/**
 * Reads the lists of bullets in a text. A bullet goes on to the next bullet or empty line; a list ends where something
 * that is no bullet follows an empty line.
 */
export function readMemberLists(lines: readonly TextLine[]): DocumentedMember[][] {
  const lists: Bullet[][] = [];
  let list: Bullet[] | undefined;
  let bullet: Bullet | undefined;
  for (const { line, text } of lines) {
    const [, indent, rest] = BULLET.exec(text) ?? [];
    if (indent !== undefined && rest !== undefined) {
      bullet = { line, indent: indent.length, text: rest };
      if (list === undefined) lists.push((list = []));
      list.push(bullet);
    } else if (text.trim() === '') {
      bullet = undefined;
    } else if (bullet !== undefined) {
      bullet.text += ` ${text.trim()}`;
    } else {
      list = undefined;
    }
  }
  return lists.map((bullets) => nestBullets(bullets)).filter((members) => members.length > 0);
}

/** Deeper bullets belong to the last one that is less deep. */
function nestBullets(bullets: readonly Bullet[]): DocumentedMember[] {
  const found: DocumentedMember[] = [];
  for (let at = 0; at < bullets.length;) {
    const bullet = bullets[at++];
    if (bullet === undefined) break;
    const start = at;
    while ((bullets[at]?.indent ?? -1) > bullet.indent) at++;
    found.push(memberFromBullet(bullet, nestBullets(bullets.slice(start, at))));
  }
  return found;
}

const NAME = /^"([^"]+)":|^([A-Za-z][A-Za-z0-9_-]*):/;
const TYPE = /json-(string|str|int|number|bool|object|dict|array)\b/;

function memberFromBullet({ line, text }: Bullet, members: DocumentedMember[]): DocumentedMember {
  const [, quoted, bare] = NAME.exec(text) ?? [];
  const remarks: readonly string[] = text.match(/\([^()]*\)/g) ?? [];
  const typed = remarks.find((remark) => TYPE.test(remark));
  const optional =
    /\boptional\b/.test(typed ?? '') || remarks.includes('(optional)') || /\bonly present\b/i.test(text);
  const type = documentedType(typed ?? text);
  return { name: quoted ?? bare, line, type, optional, members: type === 'object' ? members : [] };
}

function documentedType(text: string): DocumentedType | undefined {
  switch (TYPE.exec(text)?.[1]) {
    case 'string':
    case 'str':
      return 'string';
    case 'int':
      return 'int';
    case 'number':
      return 'number';
    case 'bool':
      return 'bool';
    case 'object':
    case 'dict':
      return 'object';
    case 'array':
      return 'array';
    default:
      return undefined;
  }
}

/** Tells whether all bullets of a list, and of the lists below, name a member. */
export function areAllNamed(members: readonly DocumentedMember[]): boolean {
  return members.every((member) => member.name !== undefined && areAllNamed(member.members));
}

/**
 * The members of a documented list; bullets without name are left out. An object whose members are listed becomes a
 * struct under the name that the same thing inside a QAPI expression would have; what is not said is `any`.
 * @param path what encloses the members, e.g. `VNC_CONNECTED-arg`.
 * @param structs takes the structs that come to be.
 */
export function membersFromDocuments(
  documented: readonly DocumentedMember[],
  path: string,
  file: string,
  structs: StructDefinition[],
): Member[] {
  return documented.flatMap((member) => {
    const { name, optional } = member;
    if (name === undefined) return [];
    return [{ name, type: typeOf(member, `${path}-${name}`, file, structs), optional, features: [] }];
  });
}

function typeOf(member: DocumentedMember, path: string, file: string, structs: StructDefinition[]): TypeRef {
  switch (member.type) {
    case 'string':
      return { name: 'str' };
    case 'int':
    case 'number':
    case 'bool':
      return { name: member.type };
    case 'array':
      return { array: { name: 'any' } };
    case undefined:
      return { name: 'any' };
    case 'object':
      if (member.members.length === 0) return { name: 'any' };
  }
  return structFromDocuments(member.members, path, { file, line: member.line }, structs);
}

/** A struct of documented members under the name `q_obj_PATH`, which no schema can hold. */
export function structFromDocuments(
  documented: readonly DocumentedMember[],
  path: string,
  place: { readonly file: string; readonly line: number },
  structs: StructDefinition[],
): TypeRef {
  const name = `q_obj_${path}`;
  const members = membersFromDocuments(documented, path, place.file, structs);
  structs.push({ kind: 'struct', name, place, features: [], members });
  return { name };
}

/** Tells whether a value is what a list of members says: all that must be there, nothing else, each of its type. */
export function fitsMembers(value: JsonValue, members: readonly DocumentedMember[]): boolean {
  if (!isJsonObject(value)) return false;
  if (Object.keys(value).some((name) => !members.some((member) => member.name === name))) return false;
  return members.every((member) => {
    if (member.name === undefined || !Object.hasOwn(value, member.name)) return member.optional;
    return fitsType(value[member.name] ?? null, member);
  });
}

function fitsType(value: JsonValue, member: DocumentedMember): boolean {
  switch (member.type) {
    case 'string':
    case 'number':
      return jsonType(value) === member.type;
    case 'bool':
      return jsonType(value) === 'boolean';
    case 'int':
      return typeof value === 'bigint' || Number.isInteger(value);
    case 'array':
      return isJsonArray(value);
    case 'object':
      return member.members.length === 0 ? isJsonObject(value) : fitsMembers(value, member.members);
    case undefined:
      return true;
  }
}
