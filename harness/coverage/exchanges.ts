import { isJsonArray, isJsonObject, type JsonValue } from '../json/value.ts';

/** A request that was sent and not answered yet. */
export interface Request {
  /** `undefined`: it names none. */
  readonly command: string | undefined;
  /** Whether it fits the schema. */
  readonly valid: boolean;
}

interface Waiting extends Request {
  /** `undefined`: it has no `id`. */
  readonly id: string | undefined;
}

/** A server answers at most 8 in-band commands at a time, but a client may send more than it reads answers. */
const MAX_WAITING = 10_000;

/**
 * Finds the request to a response, on one connection: by `id`; else in the order in which they were sent, which in-band
 * responses keep (qmp-spec, "Issuing Commands").
 */
export class Exchanges {
  private waiting: Waiting[] = [];
  /** Bytes were sent that are no request: each may draw errors without `id`, how many nobody knows. */
  private garbage = false;

  /** A new session has begun: nothing of an earlier one is answered any more. */
  begin(): void {
    this.waiting = [];
    this.garbage = false;
  }

  /** A request was sent. */
  sent(request: Request, id: JsonValue | undefined): void {
    if (this.waiting.length >= MAX_WAITING) this.waiting.shift();
    this.waiting.push({ ...request, id: id === undefined ? undefined : keyOfId(id) });
  }

  /** Something was sent that is no request. */
  sentGarbage(): void {
    this.garbage = true;
  }

  /** The request that a response answers; `undefined` where that cannot be told. */
  answered(response: 'success' | 'error', id: JsonValue | undefined): Request | undefined {
    const key = id === undefined ? undefined : keyOfId(id);
    if (key === undefined && response === 'error' && this.garbage) {
      // Whether it answers a request or the garbage, nobody can tell; nor which request the next one answers.
      this.waiting = this.waiting.filter((request) => request.id !== undefined);
      return undefined;
    }
    const at = this.waiting.findIndex((request) => request.id === key);
    return at < 0 ? undefined : this.waiting.splice(at, 1)[0];
  }
}

/** Two values that are equal have one key, in whatever order their members stand. */
function keyOfId(id: JsonValue): string {
  if (isJsonArray(id)) return `[${id.map(keyOfId).join()}]`;
  if (!isJsonObject(id)) return typeof id === 'bigint' ? id.toString() : JSON.stringify(id);
  const members = Object.entries(id).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, value]) => `${JSON.stringify(name)}:${keyOfId(value)}`).join()}}`;
}
