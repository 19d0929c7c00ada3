import { posix } from 'node:path';
import { OUTSIDE, type ExampleBlock } from './example-block.ts';

/**
 * What a document is: the comments of a schema (`qapi`, `qga`, `qsd` by family), the command table of 0.14 to 2.8 (`hx`),
 * the event list of those years, the specification, any other text of `docs/`, a manual page by family, and a
 * fragment that a person gave and that stands in no release.
 */
export const DOCUMENT_KINDS = [
  'qapi',
  'hx',
  'events',
  'specification',
  'docs',
  'qga',
  'qsd',
  'manual-page',
  'manual-page-qga',
  'manual-page-qsd',
  'unreleased',
] as const;

export type DocumentKind = (typeof DOCUMENT_KINDS)[number];

/** What a manual page says instead of the schema file, which it does not name. */
export const MANUAL_PAGE = 'qemu-qmp-ref(7)';

/** The manual pages that hold examples, by the name in their title. */
export const MANUAL_PAGES: ReadonlyMap<string, DocumentKind> = new Map([
  [MANUAL_PAGE, 'manual-page'],
  ['qemu-ga-ref(7)', 'manual-page-qga'],
  ['qemu-storage-daemon-qmp-ref(7)', 'manual-page-qsd'],
]);

/** Written behind the name of a document that stands in no release. */
export const UNRELEASED = ' (unreleased)';

const KINDS: readonly (readonly [RegExp, DocumentKind])[] = [
  [/ \(unreleased\)$/, 'unreleased'],
  [/^(?:qga\/|qapi-schema-guest\.json$)/, 'qga'],
  [/^storage-daemon\//, 'qsd'],
  [/^(?:qmp-commands\.hx|docs\/qmp-commands\.txt)$/, 'hx'],
  [/(?:^|\/)qmp-events\.txt$/, 'events'],
  [/(?:^|\/)qmp-spec\.(?:txt|rst)$/, 'specification'],
  [/\.json$/, 'qapi'],
];

/** Tells by its name what a document is. */
export function kindOfDocument(document: string): DocumentKind {
  const page = MANUAL_PAGES.get(document);
  return page ?? KINDS.find(([name]) => name.test(document))?.[1] ?? 'docs';
}

/** Folder of the examples of the specification. */
const SPECIFICATION = 'spec';

/**
 * Within what two equal texts are one example: the definition, whichever kind of document describes it; the guest
 * agent's definitions apart from QEMU's; the specification; a text of `docs/`, wherever it was moved. Scopes of the last
 * three have a `/` in them or are {@link isFolder folders}.
 */
export function scopeOfBlock({ document, definition }: ExampleBlock): string {
  switch (kindOfDocument(document)) {
    case 'specification':
      return SPECIFICATION;
    case 'docs':
      return `docs/${nameOfText(document)}`;
    case 'qga':
    case 'manual-page-qga':
      return `qga/${definition === OUTSIDE ? NOTATION : definition}`;
    case 'qapi':
    case 'qsd':
    case 'hx':
    case 'events':
    case 'manual-page':
    case 'manual-page-qsd':
    case 'unreleased':
      return definition;
  }
}

/** The scope of an example that has an identity; `definition` is what its provenance says. */
export function scopeOfId(id: string, definition: string): string {
  const [, first = '', second = ''] = id.split('/');
  if (first === SPECIFICATION) return SPECIFICATION;
  return first === 'docs' || first === 'qga' ? `${first}/${second}` : definition;
}

/** Whether a scope is a folder of the corpus by itself; otherwise it is a definition, which stands in a module. */
export function isFolder(scope: string): boolean {
  return scope === SPECIFICATION || scope.includes('/');
}

/** Stands for the definition in identities of examples that belong to none. */
export const NOTATION = 'notation';

/** The text that was `README` of its folder from 1.7 to 2.4, and has had a name since. */
const README_OF_QMP = 'docs/qmp/README';

function nameOfText(document: string): string {
  if (document === README_OF_QMP) return 'qmp-intro';
  const name = posix.basename(document).replace(/\.[a-z]+$/, '');
  return name === 'README' || name === 'index' ? posix.basename(posix.dirname(document)) : name;
}
