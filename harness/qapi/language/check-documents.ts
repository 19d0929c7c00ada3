import type { Definition } from '../model.ts';
import { allFeaturesOf, partsOf } from './definition-parts.ts';
import { findSection, type DocBlock, type DocSection } from './doc-block.ts';
import type { Dialect } from './dialect.ts';
import { failIn, type Expression } from './expression.ts';
import { semanticError } from './source-info.ts';

/** Checks that an expression has the documentation that it must have, and that this one is of it. */
export function checkBlock(expression: Expression, kind: string): void {
  const { block, name, dialect, pragmas, value } = expression;
  if (!dialect.has('checked-documents')) return;
  if (block === undefined) {
    if (pragmas.docRequired) failIn(expression, 'definition without documentation comment');
    return;
  }
  if (block.symbol !== name) failIn(expression, `documentation comment is of '${block.symbol}'`);
  const returns = findSection(block, 'returns');
  const errors = findSection(block, 'errors');
  if (returns !== undefined && kind !== 'command')
    failAt(block, returns, dialect, 'only a command has a section of what it returns');
  if (!dialect.has('paragraph-documents')) return;
  if (returns !== undefined && !Object.hasOwn(value, 'returns'))
    failAt(block, returns, dialect, 'section of what the command returns, but it returns nothing');
  if (errors !== undefined && kind !== 'command')
    failAt(block, errors, dialect, 'only a command has a section of errors');
}

/** Where the documentation of a definition is blamed: at its beginning, since 9.0 at the section. */
function failAt(block: DocBlock, section: DocSection, dialect: Dialect, message: string): never {
  const offset = dialect.has('paragraph-documents') ? section.at : block.info.offset;
  throw semanticError({ source: block.info.source, offset }, message);
}

/** Checks that the documentation of a definition describes its features and, since 9.0, its members. */
export function checkDescribed(expression: Expression, definition: Definition): void {
  const { block, dialect, pragmas, name } = expression;
  if (block === undefined || !dialect.has('checked-documents')) return;
  const feature = allFeaturesOf(definition).find((each) => !block.features.has(each.name));
  if (feature !== undefined) failIn(expression, `feature '${feature.name}' is not documented`);
  if (!dialect.has('paragraph-documents') || pragmas.documentation.includes(name)) return;
  const member = partsOf(definition).find((each) => !block.members.has(each.name));
  if (member !== undefined) failIn(expression, `member '${member.name}' is not documented`);
}

/** Checks that the documentation of a definition describes nothing that it has not. */
export function checkDescriptions(expression: Expression, definition: Definition): void {
  const { block, dialect } = expression;
  if (block === undefined || !dialect.has('checked-documents')) return;
  const members = new Set(partsOf(definition).map(({ name }) => name));
  for (const section of block.members.values()) {
    if (!members.has(section.name))
      failAt(block, section, dialect, `no member '${section.name}' to describe`);
  }
  if (block.features.size === 0) return;
  const features = allFeaturesOf(definition);
  for (const section of block.features.values()) {
    if (!features.some(({ name }) => name === section.name))
      failAt(block, section, dialect, `no feature '${section.name}' to describe`);
  }
}
