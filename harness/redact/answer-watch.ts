import type { SpanNode } from './span-tree.ts';

/** A command whose answer some rule is about. */
export interface WatchedCommand {
  readonly command: string;
  readonly text: string;
  readonly message: SpanNode;
}

/** So many unanswered commands no server has; the oldest are given up. */
const MAX_WATCHED = 10_000;

/**
 * Tells which of the watched commands of one connection a response answers: by `id`; without one in the order in which
 * they were sent, which in-band responses keep (qmp-spec, "Issuing Commands"). Where the order cannot be known any more
 * every watched command without `id` may be meant, so that no answer escapes.
 */
export class AnswerWatch {
  private readonly byId = new Map<string, WatchedCommand>();
  private readonly byTurn = new Map<number, WatchedCommand>();
  private sent = 0;
  private answered = 0;
  private loose = false;
  private ids = false;

  /** A command was sent; `watched` is absent for one whose answer nobody asks about. */
  send(id: string | undefined, isOutOfBand: boolean, watched: WatchedCommand | undefined): void {
    if (id !== undefined) {
      this.ids = true;
      if (watched !== undefined) this.keep(this.byId, id, watched);
      return;
    }
    if (isOutOfBand) this.loosen();
    if (watched !== undefined) this.keep(this.byTurn, this.sent, watched);
    this.sent++;
  }

  private keep<Key>(map: Map<Key, WatchedCommand>, key: Key, watched: WatchedCommand): void {
    map.set(key, watched);
    const [oldest] = map.keys();
    if (map.size > MAX_WATCHED && oldest !== undefined) map.delete(oldest);
  }

  /** Something was sent that is no command: it may draw errors without `id`, how many nobody knows. */
  loosen(): void {
    this.loose = true;
  }

  /** Tells whether it matters what comes next. */
  get isWaiting(): boolean {
    return this.byId.size > 0 || this.byTurn.size > 0 || (!this.loose && this.sent > this.answered);
  }

  /** Tells whether what comes next may answer a watched command. */
  get isWatching(): boolean {
    return this.byId.size > 0 || this.byTurn.size > 0;
  }

  /** Tells whether a command had an `id`; where none had, no response has one. */
  get hasIds(): boolean {
    return this.ids;
  }

  /** A response came: the watched commands that it may answer. */
  answer(id: string | undefined): readonly WatchedCommand[] {
    if (id !== undefined) {
      const watched = this.byId.get(id);
      this.byId.delete(id);
      return watched === undefined ? [] : [watched];
    }
    if (this.loose) return [...this.byTurn.values()];
    if (this.answered >= this.sent) return [];
    const watched = this.byTurn.get(this.answered);
    this.byTurn.delete(this.answered);
    this.answered++;
    return watched === undefined ? [] : [watched];
  }
}
