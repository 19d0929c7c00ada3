/** QEMU takes so many commands at a time from a client that has enabled out-of-band execution (R16). */
const MOST_IN_FLIGHT = 8;

/** Commands of one connection, answered one after the other, in the order in which they came. */
export class InBandQueue {
  private tail: Promise<void> = Promise.resolve();
  private readonly waiting: Promise<void>[] = [];

  /**
   * Performs a task after those before it. Resolves when the next message may be read: at once while few are in flight
   * and commands may run out of band, else when the task is done.
   * @throws what the task throws, now or when a later one is put in
   */
  async put(task: () => Promise<void>, oob: boolean): Promise<void> {
    const done = this.tail.then(task);
    this.tail = done;
    this.waiting.push(done);
    const remove = (): void => {
      void this.waiting.splice(this.waiting.indexOf(done), 1);
    };
    done.then(remove, remove);
    const most = oob ? MOST_IN_FLIGHT : 0;
    while (this.waiting.length > most) await this.waiting[0];
  }

  /** Resolves when all tasks are done. */
  end(): Promise<void> {
    return this.tail;
  }
}
