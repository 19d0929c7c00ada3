import type { JsonObject, JsonValue } from '../json/value.ts';
import type { Member, TypeRef } from '../qapi/model.ts';
import { isThere, shapesOf, sizeOf, sizeOfShape, valuesOf, type Shape, type TypeBook } from './type-book.ts';

/**
 * A small value of a type: no optional members, no elements, the smallest branch and alternative.
 * @param hint name of the member that it is for, so that strings look like what they mean
 */
export function sampleValue(book: TypeBook, type: TypeRef, hint: string): JsonValue {
  if ('array' in type) return [];
  switch (type.name) {
    case 'str':
      return `${hint}0`;
    case 'bool':
      return true;
    case 'null':
      return null;
    case 'QType':
      return 'qstring';
    case 'any':
      return {};
  }
  const definition = book.model.definitions.get(type.name);
  switch (definition?.kind) {
    case 'enum':
      return valuesOf(book.model, definition)[0] ?? '';
    case 'alternate': {
      const alternatives = definition.alternatives.filter((one) => isThere(book.model, one));
      const smallest = smallestOf(alternatives, (one) => sizeOf(book, one.type));
      return smallest === undefined ? null : sampleValue(book, smallest.type, hint);
    }
    case 'struct':
    case 'union': {
      const smallest = smallestOf(shapesOf(book.model, type.name), (shape) => sizeOfShape(book, shape));
      return smallest === undefined ? {} : sampleObject(book, smallest);
    }
    default:
      // Integers of all widths, and `number`.
      return 1;
  }
}

/** The smallest object of a shape: its mandatory members. */
export function sampleObject(book: TypeBook, shape: Shape): JsonObject {
  const members = shape.members.filter(({ optional }) => !optional);
  return Object.fromEntries(members.map((member) => [member.name, sampleMember(book, shape, member)]));
}

/** A value for a member of a shape; a discriminator has that of the shape. */
export function sampleMember(book: TypeBook, { tags }: Shape, { name, type }: Member): JsonValue {
  return tags.get(name) ?? sampleValue(book, type, name);
}

function smallestOf<T>(choices: readonly T[], sizeOfChoice: (choice: T) => number): T | undefined {
  const sizes = choices.map(sizeOfChoice);
  return choices[sizes.indexOf(Math.min(...sizes))];
}
