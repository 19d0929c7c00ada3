import type { JsonObject } from '../../json/value.ts';
import type { Place, StructDefinition } from '../model.ts';
import type { Dialect } from './dialect.ts';
import type { DocBlock } from './doc-block.ts';
import type { Pragmas } from './pragmas.ts';
import { lineOf, semanticError, type SourceInfo } from './source-info.ts';

/** A top-level expression with all that is needed to read it and to blame it. */
export interface Expression {
  readonly info: SourceInfo;
  readonly dialect: Dialect;
  readonly pragmas: Pragmas;
  /** What it defines, as errors say it: `union 'X'`. */
  readonly subject: string;
  readonly name: string;
  readonly value: JsonObject;
  /** The documentation that stands before it. */
  readonly block: DocBlock | undefined;
  /** Structs that are written inside this definition rather than by themselves. */
  readonly implicit: StructDefinition[];
}

/** Where a definition stands in the source tree. */
export function placeOf({ info }: Expression): Place {
  return { file: info.source.module, line: lineOf(info) };
}

/** @throws {InputError} always. */
export function failIn(expression: Expression, message: string): never {
  throw semanticError(expression.info, message, expression.subject);
}

/** Checks that `value` has the `required` keys, and none but these and the `optional` ones. */
export function checkKeys(
  expression: Expression,
  value: JsonObject,
  what: string,
  required: readonly string[],
  optional: readonly string[],
): void {
  for (const key of required) {
    if (!Object.hasOwn(value, key)) failIn(expression, `${what} misses key '${key}'`);
  }
  for (const key of Object.keys(value)) {
    if (!required.includes(key) && !optional.includes(key))
      failIn(expression, `${what} has unknown key '${key}'`);
  }
}

/** Checks that no two things have the same name. */
export function checkDistinct(
  expression: Expression,
  things: readonly { readonly name: string }[],
  what: string,
): void {
  const seen = new Set<string>();
  for (const { name } of things) {
    if (seen.has(name)) failIn(expression, `${what} '${name}' stands twice`);
    seen.add(name);
  }
}

/** A key that must be absent or hold `allowed`. */
export function readFlag(expression: Expression, key: string, allowed: boolean): boolean {
  const written = expression.value[key];
  if (written === undefined) return !allowed;
  if (written === 'no' && !allowed && !expression.dialect.has('plain-types')) return allowed;
  if (written !== allowed) return failIn(expression, `flag '${key}' may only have the value ${allowed}`);
  return allowed;
}
