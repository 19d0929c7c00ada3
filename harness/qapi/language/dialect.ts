import { compareReleases } from '../../release/compare-releases.ts';
import type { ConditionDialect } from './condition.ts';

/**
 * Since which release each rule of the language holds. Rules that no stored case of QEMU's own tests proves for an age
 * are dated late rather than early: a schema of that age is then taken that its QEMU would have refused, never the reverse.
 */
const RULES = [
  /** A discriminator is of enum type; before, it could be a string. */
  ['enum-discriminators', '2.0'],
  /** `struct`, not `type`; types are names; commas as in JSON; flags are `true` or `false`; `any`, not `'**'`. */
  ['plain-types', '2.5'],
  /** No name begins with `q_`, no member with `has_`, none is called `u`. */
  ['reserved-names', '2.9'],
  /** Names that are the same in C clash. */
  ['c-names', '2.9'],
  /** Members, values, features and branches in lower case; no definition ends in `List` (before 6.2: or `Kind`). */
  ['lower-case', '5.2'],
  /** A command returns objects only, but for those that a pragma names. */
  ['returns-objects', '2.9'],
  /** A string among the branches of an alternate could be a number or a boolean, when it is written without quotes. */
  ['keyval-alternates', '2.10'],
  /** `null` is no token. */
  ['no-null', '4.2'],
  /** Documentation comments are part of the language, and wrong ones are errors. */
  ['checked-documents', '5.2'],
  /** `deprecated` is no feature of a type (nor, since 6.2, `unstable`). */
  ['no-deprecated-types', '5.2'],
  /** CamelCase types, lower-case commands without `_`, upper-case events; the pragmas have their present names. */
  ['cased-names', '6.0'],
  /** An expression has exactly one of the keys that say what it defines; any value is parsed before it is refused. */
  ['one-metatype', '6.1'],
  /** `if` is a symbol or all, any, not; every union is flat; values have features. */
  ['symbol-conditions', '6.2'],
  /** A branch of an alternate may be an array. */
  ['array-alternatives', '7.0'],
  /** The text of a section in documentation may be indented as it likes. */
  ['free-indent', '8.1'],
  /** A branch of a union may be a union; conditional arguments must be boxed. */
  ['nested-unions', '8.1'],
  /** Documentation is read by paragraphs, has `Errors:`, and describes every member. */
  ['paragraph-documents', '9.0'],
  /** `Note:` and `Example:` are no sections any more; a schema has at most 64 features. */
  ['directives-only', '10.0'],
  /** A line that begins with `=` is text like any other. */
  ['no-headings', '10.1'],
  /** Documentation has lines of at most 70 characters, and two spaces between sentences. */
  ['line-format', '10.2'],
] as const;

/** A rule that the language has since some release. */
export type Rule = (typeof RULES)[number][0];

/** The rules of one release. */
export type Dialect = ReadonlySet<Rule>;

/** The rules that hold in `release` (`x.y` or `x.y.z`). */
export function dialectOf(release: string): Dialect {
  return new Set(RULES.filter(([, since]) => compareReleases(release, since) >= 0).map(([rule]) => rule));
}

/** How the dialect writes conditions. */
export function conditionsOf(dialect: Dialect): ConditionDialect {
  return dialect.has('symbol-conditions') ? 'symbols' : 'c';
}
