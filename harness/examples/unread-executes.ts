import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readDocumentation } from './read-documentation.ts';

/** A line that speaks of executing and is in no example. */
export interface UnreadExecute {
  readonly document: string;
  readonly line: number;
  readonly text: string;
  /** Why it stays behind; `undefined`: nobody knows, it was overlooked. */
  readonly reason: string | undefined;
}

const EXECUTE = /["'](?:execute|exec-oob)["']/;
const DOCUMENT = /(?:\.(?:txt|rst|md|json|hx)|\/README)$/;

/**
 * Every line of a tree's documentation with `"execute"` or `"exec-oob"` that stands in no example, with the reason. It
 * looks at all files by itself, so that it finds what the readers of examples do not know of.
 * @throws {InputError} for a tree that cannot be read.
 */
export function unreadExecutes(tree: string): readonly UnreadExecute[] {
  const read = readDocumentation({ kind: 'qapi', release: '0.0', path: tree });
  const known = new Set(
    read.flatMap(({ blocks }) =>
      blocks.flatMap(({ document, lines }) => lines.map(({ line }) => `${document}:${line}`)),
    ),
  );
  const reasons = new Map(
    read.flatMap(({ left }) =>
      left.flatMap(({ document, line, lines, reason }) =>
        Array.from({ length: lines }, (_, index) => [`${document}:${line + index}`, reason] as const),
      ),
    ),
  );
  return readdirSync(tree, { recursive: true, encoding: 'utf8' })
    .map((name) => name.split('\\').join('/'))
    .filter((name) => DOCUMENT.test(name))
    .sort()
    .flatMap((document) =>
      readFileSync(join(tree, document), 'utf8')
        .split('\n')
        .map((text, index) => ({ document, line: index + 1, text: text.trim() }))
        .filter(({ line, text }) => EXECUTE.test(text) && !known.has(`${document}:${line}`))
        .map((found) => ({ ...found, reason: reasons.get(`${document}:${found.line}`) })),
    );
}
