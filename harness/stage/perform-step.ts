import { SetupError } from '../errors.ts';
import { contains } from '../json/contains.ts';
import { isJsonObject, stringAt, type JsonValue } from '../json/value.ts';
import { valueAt } from '../json/pointer.ts';
import { writeJson } from '../json/write-json.ts';
import type { Incoming, QmpConnection } from '../qmp/connection.ts';
import type { Descriptor, Side, Step } from '../transcript/step.ts';
import type { SerialPort } from './serial-port.ts';

/** The state cannot be produced here; the message says what is missing, and what the target answered. */
export class MissingStateError extends SetupError {}

/** Whom the steps of a preparation talk to. */
export interface StepContext {
  /** Milliseconds that each step may take. */
  readonly patience: number;
  connection(side: Side): QmpConnection;
  serial(side: Side): SerialPort | undefined;
  /** Opens what is handed over with a command, and gives its number in this process. */
  open(descriptor: Descriptor): Promise<number>;
  /** Connects a SPICE client to a unix socket of the row's folder. */
  connectSpice(socket: string): Promise<void>;
  /** Values of replies, by the names that steps gave them. */
  readonly captures: Map<string, JsonValue>;
}

/** Queries are repeated at this distance, in milliseconds; a state has no event that tells of it. */
const QUERY_DISTANCE = 2;

/**
 * Performs one step of a preparation.
 * @throws {SetupError} when it does not come out as written
 */
export async function performStep(step: Step, context: StepContext): Promise<void> {
  switch (step.kind) {
    case 'execute':
      return execute(step, context);
    case 'until':
      return queryUntil(step, context);
    case 'event':
      await context
        .connection(step.on)
        .waitForEvent((event) => isEvent(event, step.event, step.data), context.patience);
      return;
    case 'serial': {
      const serial = context.serial(step.on) ?? noSerial(step.on);
      if (await serial.waitFor(step.text, context.patience)) return;
      throw new SetupError(`the guest did not write '${step.text}' within ${context.patience / 1000} s`);
    }
    case 'type': {
      (context.serial(step.on) ?? noSerial(step.on)).type(step.text);
      return;
    }
    case 'spice':
      return context.connectSpice(step.socket);
  }
}

async function execute(step: Extract<Step, { kind: 'execute' }>, context: StepContext): Promise<void> {
  const descriptor = step.descriptor && (await context.open(step.descriptor));
  const connection = context.connection(step.on);
  const response = await connection.execute(step.command, step.arguments, context.patience, descriptor);
  const error = errorOf(response);
  if (error === undefined && step.error === undefined) {
    captureValues(step, response, context.captures);
    return;
  }
  if (error?.class === step.error) return;
  const came = error === undefined ? 'success' : `error ${error.class}: ${error.desc}`;
  if (error !== undefined && step.missing !== undefined) {
    throw new MissingStateError(`${step.missing} (${step.command} on ${step.on}: ${came})`);
  }
  throw new SetupError(`${step.command} on ${step.on}: ${came}; expected ${step.error ?? 'success'}`);
}

function captureValues(
  { command, on, capture = {} }: Extract<Step, { kind: 'execute' }>,
  { value }: Incoming,
  captures: Map<string, JsonValue>,
): void {
  for (const [name, pointer] of Object.entries(capture)) {
    const captured = valueAt(value ?? null, `/return${pointer}`);
    if (captured === undefined)
      throw new SetupError(`${command} on ${on}: no ${pointer} in the reply; expected a value to capture`);
    captures.set(name, captured);
  }
}

async function queryUntil(step: Extract<Step, { kind: 'until' }>, context: StepContext): Promise<void> {
  const connection = context.connection(step.on);
  const until = performance.now() + context.patience;
  let last: JsonValue | undefined;
  while (performance.now() < until) {
    const response = await connection.execute(step.command, step.arguments, context.patience);
    last = isJsonObject(response.value) ? response.value['return'] : undefined;
    const isThere = contains(last, step.returns);
    if (isThere && (step.not === undefined || !contains(last, step.not))) return;
    await new Promise((resolve) => setTimeout(resolve, QUERY_DISTANCE));
  }
  const came = last === undefined ? 'an error' : writeJson(last).slice(0, 200);
  throw new SetupError(
    `${step.command} on ${step.on} returned ${came} to the end; expected the state of the stage`,
  );
}

function isEvent(event: Incoming, name: string, data: JsonValue | undefined): boolean {
  if (!isJsonObject(event.value) || event.value['event'] !== name) return false;
  return data === undefined || contains(event.value['data'], data);
}

function errorOf(response: Incoming): { readonly class: string; readonly desc: string } | undefined {
  const error = isJsonObject(response.value) ? response.value['error'] : undefined;
  return isJsonObject(error) ? { class: stringAt(error, 'class'), desc: stringAt(error, 'desc') } : undefined;
}

function noSerial(side: Side): never {
  throw new SetupError(`a step on the serial port of ${side}, which runs no guest`);
}
