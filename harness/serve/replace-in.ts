import { stepsOfPointer } from '../json/pointer.ts';
import type { Pattern } from '../transcript/transcript.ts';

/** A pattern with another in the place that a JSON Pointer names; as it is where there is no such place. */
export function replaceIn(pattern: Pattern, pointer: string, replacement: Pattern): Pattern {
  return replaceAt(pattern, stepsOfPointer(pointer), replacement);
}

function replaceAt(pattern: Pattern, [step, ...rest]: readonly string[], replacement: Pattern): Pattern {
  if (step === undefined) return replacement;
  if (pattern.kind === 'array') {
    const elements = pattern.elements.map((element, at) =>
      String(at) === step ? replaceAt(element, rest, replacement) : element,
    );
    return { ...pattern, elements };
  }
  if (pattern.kind !== 'object') return pattern;
  const member = pattern.members.get(step);
  if (member === undefined && rest.length > 0) return pattern;
  const members = new Map(pattern.members);
  members.set(step, replaceAt(member ?? replacement, rest, replacement));
  return { ...pattern, members };
}
