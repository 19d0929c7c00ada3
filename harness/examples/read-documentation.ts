import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../errors.ts';
import { readDocComments } from '../qapi/language/read-doc-comments.ts';
import { readPageFile } from '../qapi/manual-page/read-page-file.ts';
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
  const { blocks, others } = examplesInManualPage(readPageFile(path), path);
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
