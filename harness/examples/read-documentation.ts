import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { InputError } from '../errors.ts';
import { readDocComments } from '../qapi/read-doc-comments.ts';
import type { ReleaseExamples } from './collect-examples.ts';
import { examplesInSections } from './example-sections.ts';
import { examplesInManualPage } from './manual-page.ts';
import { examplesInDirectives } from './qmp-example-directive.ts';

/** Documentation to read: a QEMU source tree, or the manual page `qemu-qmp-ref(7)`, plain or compressed. */
export interface DocumentationSource {
  readonly kind: 'qapi' | 'manual-page';
  /** `x.y`. */
  readonly release: string;
  readonly path: string;
}

/** Longest manual page that we take; QEMU 11.1's has 0.9 MB. */
const MAX_PAGE_BYTES = 64 * 1024 * 1024;

/**
 * Reads all examples that a documentation holds, in whichever dialect of its age.
 * @throws {InputError} for what cannot be read.
 */
export function readDocumentation(source: DocumentationSource): ReleaseExamples {
  const { release, kind, path } = source;
  if (kind === 'qapi') {
    const comments = readDocComments(topSchemaOf(path), path);
    const blocks = comments.flatMap((comment) => [
      ...examplesInSections(comment),
      ...examplesInDirectives(comment),
    ]);
    return { release, kind, blocks, outside: [] };
  }
  const { blocks, others } = examplesInManualPage(readManualPage(path), path);
  return { release, kind, blocks, outside: others };
}

/** Where QEMU keeps the top of the schema: `qapi/` since 2.12. */
function topSchemaOf(tree: string): string {
  const places = [join(tree, 'qapi', 'qapi-schema.json'), join(tree, 'qapi-schema.json')];
  const found = places.find((place) => existsSync(place));
  if (found === undefined)
    throw new InputError(`${tree}: no qapi/qapi-schema.json in it; expected a QEMU source tree`);
  return found;
}

function readManualPage(path: string): string {
  try {
    const bytes = readFileSync(path);
    const compressed = bytes[0] === 0x1f && bytes[1] === 0x8b;
    const plain = compressed ? gunzipSync(bytes, { maxOutputLength: MAX_PAGE_BYTES }) : bytes;
    return plain.toString('utf8');
  } catch (cause) {
    throw new InputError(`${path}: cannot be read as a manual page`, { cause });
  }
}
