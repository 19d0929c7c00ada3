import { readJson } from '../json/read-json.ts';
import { isJsonObject } from '../json/value.ts';
import { readGreeting, type Greeting } from '../qmp/message.ts';
import type { TargetFacts, WireRecord } from '../results/verdict.ts';

/** The first greeting of a log that another build sent; all programs of a build greet with one version and package. */
export function findForeignGreeting(
  records: readonly WireRecord[],
  target: Pick<TargetFacts, 'version' | 'package'>,
): Greeting | undefined {
  for (const { direction, text } of records) {
    if (direction !== '<-' || text?.includes('"QMP"') !== true) continue;
    const greeting = greetingOf(text);
    if (greeting === undefined) continue;
    if (greeting.version !== target.version || greeting.package !== target.package) return greeting;
  }
  return undefined;
}

function greetingOf(text: string): Greeting | undefined {
  try {
    const value = readJson(text);
    return isJsonObject(value) ? readGreeting({ kind: 'greeting', text, value, at: 0 }) : undefined;
  } catch {
    return undefined;
  }
}
