import type { Explanation } from './explain-introspection.ts';

/** An explanation as lines of text: what the reply tells of the build, then what the source does not explain. */
export function describeExplanation({ symbols, differences }: Explanation): string {
  const lines = [
    symbolLine('defined', symbols, true),
    symbolLine('not defined', symbols, false),
    symbolLine('not told', symbols, undefined),
    ...differences.map(({ kind, path, text }) => `${kind}: ${path}: ${text}`),
    differences.length === 0 ? 'The source explains all of the reply.' : `${differences.length} differences`,
  ];
  return `${lines.join('\n')}\n`;
}

function symbolLine(what: string, symbols: Explanation['symbols'], value: boolean | undefined): string {
  const names = [...symbols].flatMap(([name, truth]) => (truth === value ? [name] : []));
  return `${what}: ${names.length === 0 ? 'none' : names.join(' ')}`;
}
