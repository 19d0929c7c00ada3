import type { Contradiction } from '../harness/compat/history/contradictions.ts';
import { oneLine } from './text.ts';

/** Contradictions between documents and schemas, one to a line, `file:line: what`. */
export function renderContradictions(contradictions: readonly Contradiction[]): string {
  return contradictions
    .map((found) => {
      const where = found.place === undefined ? '' : `${found.place.file}:${found.place.line}: `;
      return `${oneLine(`${where}${contradictionWords(found)} [${found.rule}]`)}\n`;
    })
    .join('');
}

/** One contradiction in a sentence. */
export function contradictionWords({ rule, subject, documented, shown }: Contradiction): string {
  const says = documented === undefined ? 'documents name no release' : `documents say since ${documented}`;
  switch (rule) {
    case 'since-too-early':
    case 'since-too-late':
      return `${subject}: ${says}, schemas have it since ${shown ?? '?'}`;
    case 'since-missing':
      return documented === undefined
        ? `${subject}: ${says}, schemas have it since ${shown ?? '?'}`
        : `${subject}: documents name a release only for what it is in, ${documented}; schemas have it since ${shown ?? '?'}`;
    case 'since-malformed':
      return `${subject}: documents say since '${documented ?? ''}', which is no release`;
    case 'removal-differs':
      return shown === undefined
        ? `${subject}: documents say removed in ${documented ?? '?'}, the newest schema still has it`
        : `${subject}: documents say removed in ${documented ?? '?'}, schemas lack it since ${shown}`;
    case 'deprecation-unmarked':
      return `${subject}: documents say deprecated since ${documented ?? '?'}, the schema has no feature deprecated`;
  }
}
