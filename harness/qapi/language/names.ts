import { failIn, type Expression } from './expression.ts';

/** A downstream prefix, the experimental prefix, the stem (qapi-code-gen, "Naming rules and reserved names"). */
const NAME = /^(?:__[a-z0-9.-]+_)?(?:x-)?([a-z][a-z0-9_-]*)$/i;
/** What names of branches and values could be before 2.9. */
const OLD_VALUE_NAME = /^(?:__[a-zA-Z0-9.-]+_)?[a-zA-Z0-9][a-zA-Z0-9_.-]*$/;

/** The C identifier that generated code uses for a name; two names with the same one clash. */
export function cName(name: string): string {
  return name.includes('-') || name.includes('.') ? name.replaceAll(/[-.]/g, '_') : name;
}

/** What most names are, and what is right by all rules but for prefixes that are reserved. */
function isPlainName(name: string): boolean {
  return /^(?!q-|has-)[a-z][a-z0-9-]+$/.test(name);
}

/** Checks the form of a name. @returns its stem: what stands behind the prefixes. */
function stemOf(expression: Expression, name: string, what: string): string {
  const stem = NAME.exec(name)?.[1];
  const reserved = expression.dialect.has('reserved-names') && cName(name).startsWith('q_');
  return stem === undefined || reserved ? failIn(expression, `${what} '${name}' is not a valid name`) : stem;
}

/** Checks the name of a definition: its case depends on its kind since 6.0. */
export function checkDefinitionName(expression: Expression, kind: string): void {
  const { name, dialect } = expression;
  const stem = stemOf(expression, name, kind);
  if (dialect.has('cased-names')) {
    checkCase(expression, kind, stem);
  }
  const isType = !['command', 'event'].includes(kind);
  if (dialect.has('lower-case') && (isType || !dialect.has('cased-names'))) checkSuffix(expression);
}

function checkCase(expression: Expression, kind: string, stem: string): void {
  if (kind === 'event') {
    if (/[a-z-]/.test(stem)) failIn(expression, "the name of an event must be upper case and without '-'");
  } else if (kind === 'command') {
    const underscores = expression.pragmas.commandNames.includes(expression.name);
    checkLower(expression, stem, 'the name of a command', { upper: false, underscores });
  } else if (!/^[A-Z][A-Za-z0-9]*[a-z][A-Za-z0-9]*$/.test(stem)) {
    failIn(expression, `the name of a type must be in CamelCase`);
  }
}

/** Names of array types and, before 6.2, of the enums of simple unions. */
function checkSuffix(expression: Expression): void {
  const kinds = expression.dialect.has('symbol-conditions') ? /List$/ : /(?:List|Kind)$/;
  const suffix = kinds.exec(expression.name)?.[0];
  if (suffix !== undefined) failIn(expression, `a name that ends in '${suffix}' is reserved`);
}

interface Permission {
  readonly upper: boolean;
  readonly underscores: boolean;
}

function checkLower(expression: Expression, stem: string, what: string, permitted: Permission): void {
  if (!permitted.upper && /[A-Z]/.test(stem)) failIn(expression, `${what} must not have upper case`);
  if (!permitted.underscores && stem.includes('_')) failIn(expression, `${what} must not have '_'`);
}

/** Lower case; `_` too is refused since 6.0. */
function checkLowerName(expression: Expression, name: string, what: string, permissive: boolean): void {
  const { dialect } = expression;
  const stem = stemOf(expression, name, what);
  if (!dialect.has('lower-case')) return;
  const underscores = permissive || !dialect.has('cased-names');
  checkLower(expression, stem, `${what} '${name}'`, { upper: permissive, underscores });
}

/** Checks the name of a member in `place`. `owner` is the type whose exceptions hold for it, where it has one. */
export function checkMemberName(
  expression: Expression,
  name: string,
  place: string,
  owner: string | undefined,
): void {
  if (isPlainName(name)) return;
  const what = `${place} member`;
  const permissive = owner !== undefined && expression.pragmas.memberNames.includes(owner);
  checkLowerName(expression, name, what, permissive);
  if (!expression.dialect.has('reserved-names')) return;
  const c = cName(name);
  if (c === 'u' || c.startsWith('has_')) failIn(expression, `${what} '${name}' is a reserved name`);
}

/** Checks the name of an enum's value, which may begin with a digit. */
export function checkValueName(expression: Expression, name: string): void {
  if (isPlainName(name)) return;
  const { dialect, pragmas } = expression;
  if (!dialect.has('lower-case')) return checkOldName(expression, name, 'value');
  const unnumbered = /^[0-9]/.test(name) ? `d${name}` : name;
  checkLowerName(expression, unnumbered, 'value', pragmas.memberNames.includes(expression.name));
}

/** Checks the name of a feature. */
export function checkFeatureName(expression: Expression, name: string): void {
  checkLowerName(expression, name, 'feature', false);
}

/** Checks the name of an alternate's branch, or of a simple union's; those of a flat union are its enum's values. */
export function checkBranchName(expression: Expression, name: string): void {
  if (expression.dialect.has('lower-case')) checkLowerName(expression, name, 'branch', false);
  else checkOldName(expression, name, 'branch');
}

function checkOldName(expression: Expression, name: string, what: string): void {
  if (!OLD_VALUE_NAME.test(name)) failIn(expression, `${what} '${name}' is not a valid name`);
}
