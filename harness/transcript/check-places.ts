import { stepsOfPointer } from '../json/pointer.ts';
import type { YamlCursor } from '../yaml/yaml-cursor.ts';
import type { ReadHead } from './read-head.ts';
import { classifyMessage } from './classify-message.ts';
import { ELIDED } from './read-pattern.ts';
import type { Direction, Pattern, TranscriptMessage } from './transcript.ts';

/**
 * Holds the rules, substitutions and descriptors of a front matter against the messages: one that can apply nowhere is a mistake,
 * as it would silently demand nothing. Behind an elision anything may stand, so there every place is possible.
 * @throws {InputError} with the place of the first rule that leads nowhere
 */
export function checkPlaces(
  { rules, substitutions, descriptors, asks, invalid }: ReadHead,
  messages: readonly TranscriptMessage[],
): void {
  for (const { content, cursor } of rules) {
    const [pattern, steps] = patternOf(content.at, '<-', cursor, messages);
    const found = findPlaces(pattern, steps);
    if (found.length === 0) fail(cursor, content.at);
    if (content.as === 'set' && !found.some(({ kind }) => kind === 'array' || kind === 'elision')) {
      cursor.fail(`as: set at ${content.at}, which is no array`, 'the place of an array');
    }
    if (content.as === 'capture' && steps.includes('*')) {
      cursor.fail(`a capture at ${content.at}, which may be many values`, "a place without the step '*'");
    }
  }
  for (const { content, cursor } of substitutions) {
    const [pattern, steps] = patternOf(content.at, '->', cursor, messages);
    if (findPlaces(pattern, steps, false).length === 0) fail(cursor, content.at);
  }
  for (const { content, cursor } of descriptors) patternOf(content.at, '->', cursor, messages);
  for (const { content, cursor } of asks) checkAsked(content.at, cursor, messages);
  for (const { content, cursor } of invalid) checkInvalid(content, cursor, messages);
}

/** Only a response is asked for, and only one that no command of the transcript draws. */
function checkAsked(at: string, cursor: YamlCursor, messages: readonly TranscriptMessage[]): void {
  patternOf(at, '<-', cursor, messages);
  const index = Number(at.slice(1));
  const [message] = messages.slice(index, index + 1);
  const kind = message && classifyMessage(message);
  if (kind !== 'success' && kind !== 'error')
    cursor.fail(`message ${index} is no response`, 'one that a command draws');
  const before = messages.slice(0, index).findLast((other) => isDialogue(other));
  if (before?.direction === '->')
    cursor.fail(`message ${index} answers what is sent before`, 'a response alone');
}

function isDialogue(message: TranscriptMessage): boolean {
  return message.direction === '->' || classifyMessage(message) !== 'event';
}

function checkInvalid(at: string, cursor: YamlCursor, messages: readonly TranscriptMessage[]): void {
  const message = messages[Number(at.slice(1))];
  if (message?.direction !== '->' || message.body.kind !== 'malformed')
    cursor.fail(`${at} is no message with '->?'`, 'one that is sent and is no JSON');
}

function fail(cursor: YamlCursor, at: string): never {
  return cursor.fail(`${at} leads nowhere`, 'a place that the message has');
}

/** The pattern of the message that `at` begins with, and the steps into it. */
function patternOf(
  at: string,
  direction: Direction,
  cursor: YamlCursor,
  messages: readonly TranscriptMessage[],
): readonly [Pattern, readonly string[]] {
  const [index = '', ...steps] = stepsOfPointer(at);
  const message = messages[Number(index)];
  if (message === undefined) {
    return cursor.fail(`message ${index} of ${messages.length}`, `an index from 0 to ${messages.length - 1}`);
  }
  if (message.direction !== direction) {
    const role = direction === '<-' ? 'is sent, not compared' : 'comes, and is not sent';
    return cursor.fail(`message ${index} ${role}`, `a message with '${direction}'`);
  }
  if (message.body.kind !== 'pattern')
    return cursor.fail(`message ${index} is no JSON`, 'a message that is JSON');
  return [message.body.pattern, steps];
}

/** The places that the steps lead to; the step `*`, where it is one, leads to every element or member. */
function findPlaces(pattern: Pattern, steps: readonly string[], stars = true): readonly Pattern[] {
  let places: readonly Pattern[] = [pattern];
  for (const step of steps) {
    places = places.flatMap((place) => (stars && step === '*' ? everyStep(place) : oneStep(place, step)));
  }
  return places;
}

function everyStep(pattern: Pattern): readonly Pattern[] {
  switch (pattern.kind) {
    case 'elision':
      return [ELIDED];
    case 'scalar':
      return [];
    case 'array':
      return pattern.open ? [...pattern.elements, ELIDED] : pattern.elements;
    case 'object':
      return pattern.open ? [...pattern.members.values(), ELIDED] : [...pattern.members.values()];
  }
}

function oneStep(pattern: Pattern, step: string): readonly Pattern[] {
  switch (pattern.kind) {
    case 'elision':
      return [ELIDED];
    case 'scalar':
      return [];
    case 'array': {
      if (!/^(?:0|[1-9][0-9]*)$/.test(step)) return [];
      const element = pattern.elements[Number(step)];
      return element === undefined ? (pattern.open ? [ELIDED] : []) : [element];
    }
    case 'object': {
      const member = pattern.members.get(step);
      return member === undefined ? (pattern.open ? [ELIDED] : []) : [member];
    }
  }
}
