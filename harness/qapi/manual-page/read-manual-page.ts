import { inputErrorAt } from '../../errors.ts';
import { compareReleases, isRelease } from '../../release/compare-releases.ts';
import type { QapiModel, SchemaFamily } from '../model.ts';
import { definitionsInDomainForm } from './domain-form.ts';
import { modelDefinitions } from './model-definitions.ts';
import type { PageDefinition } from './page-definition.ts';
import { roffLines, unescapeRoff, type RoffLine } from './roff.ts';
import { definitionsInSectionForm } from './section-form.ts';

const FAMILIES: Readonly<Record<string, SchemaFamily>> = {
  'QEMU-QMP-REF': 'qmp',
  'QEMU-STORAGE-DAEMON-QMP-REF': 'qsd',
  'QEMU-GA-REF': 'qga',
};

/**
 * The model that a manual page describes: `qemu-qmp-ref(7)`, `qemu-storage-daemon-qmp-ref(7)` or `qemu-ga-ref(7)`, of
 * QEMU 5.2 and later. Family and release are those of the page's title line.
 *
 * No page tells widths (`int` is FOLDED_INTEGER), names of modules, `gen`, `success-response`, `allow-oob`,
 * `allow-preconfig` (which have QAPI's defaults here), features of single members but in prose, and which of a union's
 * branches have no members (all values of the discriminator that the page does not list). Beyond that,
 * pages before 10.0 do not tell what commands return and what stands behind arguments given as a type by name;
 * 10.0 tells returns only where the documentation has a section for them; conditions of members, enum values and
 * branches stand only in pages before 10.0.
 * @param file what errors call the page
 * @throws {InputError} `file:line:column: what; expected what` for a page of another program, and one that breaks off.
 */
export function modelFromManualPage(text: string, file: string): QapiModel {
  const lines = [...roffLines(text, file)];
  const { family, release } = readTitle(lines, file);
  checkEnd(lines, file);
  const domain = definitionsInDomainForm(lines, file);
  const found = domain.length > 0 ? domain : definitionsInSectionForm(lines, file);
  if (found.length === 0) {
    throw inputErrorAt({ file, line: 1, column: 1 }, 'no definition in it', 'the reference of a QAPI schema');
  }
  const tells = {
    returns: domain.length > 0 && compareReleases(release, '10.1') >= 0,
    namedArguments: domain.length > 0,
  };
  const definitions = modelDefinitions(distinct(found, file), tells, file);
  return { sources: ['manual-page'], family, release, definitions };
}

const TITLE = /^\.TH "?(.+?)"? "7" "[^"]*" "([^"]*)"/;

function readTitle(lines: readonly RoffLine[], file: string): { family: SchemaFamily; release: string } {
  const line = lines.find(({ text }) => text.startsWith('.TH '));
  const expected = `the manual page of one of ${Object.keys(FAMILIES).join(', ')}`;
  if (line === undefined) throw inputErrorAt({ file, line: 1, column: 1 }, 'no title line (.TH)', expected);
  const place = { file, line: line.line, column: 1 };
  const [, title = '', release = ''] = TITLE.exec(line.text) ?? [];
  const name = unescapeRoff(title, place);
  const family = Object.hasOwn(FAMILIES, name) ? FAMILIES[name] : undefined;
  if (family === undefined) throw inputErrorAt(place, `title line ${line.text.slice(4)}`, expected);
  if (!isRelease(release)) throw inputErrorAt(place, `release '${release}'`, 'X.Y.Z');
  return { family, release };
}

/** docutils ends a page with a comment; a page without it is not whole. */
function checkEnd(lines: readonly RoffLine[], file: string): void {
  const last = lines.findLast(({ text }) => text !== '' && text !== '.');
  if (last?.kind === 'comment' && / docutils | end of generated /i.test(last.text)) return;
  throw inputErrorAt(
    { file, line: last?.line ?? 1, column: 1 },
    'page breaks off',
    'the comment with which docutils ends a page',
  );
}

function distinct(found: readonly PageDefinition[], file: string): readonly PageDefinition[] {
  const lines = new Map<string, number>();
  for (const { name, line } of found) {
    const earlier = lines.get(name);
    if (earlier !== undefined) {
      const what = `'${name}' is described a second time (first in line ${earlier})`;
      throw inputErrorAt({ file, line, column: 1 }, what, 'each name once');
    }
    lines.set(name, line);
  }
  return found;
}
