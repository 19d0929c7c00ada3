import { kindOfDocument, type DocumentKind } from '../examples/documents.ts';
import type { SchemaFamily } from '../qapi/model.ts';
import type { LintSchema } from './lint-schema.ts';

/** The schemas that examples of one release may be about. */
export interface Families {
  /** The one by which examples are judged. */
  readonly family: SchemaFamily;
  readonly schema: LintSchema;
  /** Opens the schema of another family; `undefined` where the release has none. */
  readonly other: (family: SchemaFamily) => LintSchema | undefined;
}

/** The family that the examples of a document are about. */
export function familyOfDocument(document: string): SchemaFamily {
  switch (kindOfDocument(document)) {
    case 'qga':
    case 'manual-page-qga':
      return 'qga';
    case 'qsd':
    case 'manual-page-qsd':
      return 'qsd';
    case 'qapi':
    case 'hx':
    case 'events':
    case 'specification':
    case 'docs':
    case 'manual-page':
    case 'unreleased':
      return 'qmp';
  }
}

const EXECUTED = /["'](?:execute|exec-oob)["']\s*:\s*["']([\w.-]+)["']/g;

/**
 * The schema by which an example is judged. A text may tell of the guest agent, too: what no other schema of the release
 * knows is its.
 */
export function schemaOfBlock(kind: DocumentKind, text: string, { schema, other }: Families): LintSchema {
  if (kind !== 'docs') return schema;
  const names = [...text.matchAll(EXECUTED)].map(([, name = '']) => name);
  if (names.length === 0 || names.some((name) => schema.validator.hasCommand(name))) return schema;
  const agent = other('qga');
  return agent !== undefined && names.every((name) => agent.validator.hasCommand(name)) ? agent : schema;
}
