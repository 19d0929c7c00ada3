import type { JsonObject, JsonValue } from '../json/value.ts';
import { writeJson } from '../json/write-json.ts';
import type { CommandDefinition } from '../qapi/model.ts';
import { idOf } from './ids.ts';
import { randomFor } from './random.ts';
import { sampleObject } from './sample-value.ts';
import { shapesOfArguments, sizeOfShape, type Shape, type TypeBook } from './type-book.ts';
import { RAW, wrongTypes, type WrongRequest } from './wrong-scalars.ts';
import { wrongObjects, type Maker } from './wrong-values.ts';

/** A request that the schema forbids, in one place. */
export interface Refusal extends WrongRequest {
  /** As it is sent, but for what ends it. */
  readonly text: string;
  readonly id: JsonValue | undefined;
  /** The classes that its error may have; `undefined`: any, because a handler of the command's own looks at it. */
  readonly classes: readonly string[] | undefined;
}

/** What is asked of a command. */
export interface RefusalOptions {
  /** The same seed gives the same requests, whichever commands are asked. */
  readonly seed: number;
  /** Also send what QEMU takes on purpose although the schema forbids it: see `wrongNumbers`. */
  readonly strict?: boolean;
}

/**
 * All requests that execute `command` and that the schema forbids, each with one thing wrong. Deterministic for a seed.
 */
export function refusalsOfCommand(
  book: TypeBook,
  command: CommandDefinition,
  { seed, strict = false }: RefusalOptions,
): readonly Refusal[] {
  const random = randomFor(seed, command.name);
  const maker = { book, random, strict, seen: new Set<string>() };
  const shapes = shapesOfArguments(book, command.arguments);
  const base = smallestArguments(book, shapes);
  const wrong = [...wrongArguments(maker, command, shapes), ...wrongEnvelopes(maker, command, base)];
  return random
    .some(wrong, wrong.length)
    .map((one, index) => finish(one, idOf(random, index), classesFor(command)));
}

/** The smallest request that executes `command` and that the schema allows, without `id`. */
export function validRequest(book: TypeBook, command: CommandDefinition): JsonObject {
  return requestWith(command.name, smallestArguments(book, shapesOfArguments(book, command.arguments)));
}

function requestWith(command: string, args: JsonObject): JsonObject {
  return Object.keys(args).length === 0 ? { execute: command } : { execute: command, arguments: args };
}

function smallestArguments(book: TypeBook, shapes: readonly Shape[]): JsonObject {
  const sizes = shapes.map((shape) => sizeOfShape(book, shape));
  const shape = shapes[sizes.indexOf(Math.min(...sizes))];
  return shape === undefined ? {} : sampleObject(book, shape);
}

/** Mistakes in `arguments`. The arguments of a `gen: false` command are looked at by its own code alone. */
function wrongArguments(
  maker: Maker,
  command: CommandDefinition,
  shapes: readonly Shape[],
): readonly WrongRequest[] {
  if (command.argumentsUnknown === true) return [];
  if (command.arguments !== undefined && 'type' in command.arguments) maker.seen.add(command.arguments.type);
  const mistakes = [...wrongObjects(maker, shapes, 1)];
  const kept = command.gen
    ? mistakes
    : mistakes.filter(({ kind, pointer }) => kind === 'missing-member' && pointer.lastIndexOf('/') === 0);
  const wrong = kept.map((mistake): WrongRequest => ({
    ...mistake,
    value: { execute: command.name, arguments: mistake.value },
    pointer: `/arguments${mistake.pointer}`,
  }));
  if (Object.keys(smallestArguments(maker.book, shapes)).length === 0) return wrong;
  const what = 'no arguments';
  return [
    ...wrong,
    { value: { execute: command.name }, kind: 'missing-member', pointer: '/arguments', what },
  ];
}

/** Mistakes around `arguments` (qmp-spec, "Issuing Commands"). */
function wrongEnvelopes(
  { random }: Maker,
  { name }: CommandDefinition,
  base: JsonObject,
): readonly WrongRequest[] {
  const request = requestWith(name, base);
  const unexpected = ['no-such-member', '', 'Execute', 'argument', 'return', 'event', 'control'];
  return [
    ...wrongTypes(['object'], random.pick).map((wrong): WrongRequest => ({
      ...wrong,
      value: { execute: name, arguments: wrong.value },
      kind: 'envelope',
      pointer: '/arguments',
    })),
    ...random.some(unexpected, 2).map((member): WrongRequest => ({
      value: { ...request, [member]: random.pick<JsonValue>([null, 0, '', {}]) },
      kind: 'envelope',
      pointer: `/${member}`,
      what: `unexpected member '${member}' of the request`,
    })),
    {
      value: { ...request, 'exec-oob': name },
      kind: 'envelope',
      pointer: '/exec-oob',
      what: "both 'execute' and 'exec-oob'",
    },
  ];
}

const GENERIC = ['GenericError'];

/** Where the generated code looks at arguments, it is before the handler, and the class is GenericError. */
function classesFor({ name, gen }: CommandDefinition): readonly string[] | undefined {
  // It leaves negotiation mode, and is no command in command mode (qmp-spec, "Capabilities Negotiation").
  if (name === 'qmp_capabilities') return ['CommandNotFound', ...GENERIC];
  return gen ? GENERIC : undefined;
}

/** Puts an id into a request, and writes it. */
function finish(wrong: WrongRequest, id: JsonValue, classes: readonly string[] | undefined): Refusal {
  return withValue({ ...wrong, text: '', id, classes }, { ...wrong.value, id });
}

/** The same mistake in another request. */
export function withValue(refusal: Refusal, value: JsonObject): Refusal {
  const { raw } = refusal;
  const text = writeJson(value);
  const id = Object.hasOwn(value, 'id') ? value['id'] : undefined;
  return { ...refusal, value, id, text: raw === undefined ? text : text.replace(writeJson(RAW), raw) };
}
