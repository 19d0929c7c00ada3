/** Asks whether something still fails: whatever `true` means to the caller, shrinking keeps it true. */
export type StillFails<T> = (candidate: T) => boolean | Promise<boolean>;

/** How long shrinking may go on. */
export interface ShrinkBounds {
  /** How many times at most it is asked whether something still fails; each may cost a process. */
  readonly attempts?: number;
}

/** What came of shrinking. */
export interface Shrunk<T> {
  /** The smallest that was found; it failed when it was asked last, or is what shrinking began with. */
  readonly value: T;
  readonly attempts: number;
  /** False: the bound was reached, and something smaller may fail too. */
  readonly finished: boolean;
}

const ATTEMPTS = 500;

/** Counts the questions; when there are no more left, every further answer is no. */
export class Attempts<T> {
  used = 0;
  private readonly most: number;

  constructor(
    private readonly stillFails: StillFails<T>,
    { attempts = ATTEMPTS }: ShrinkBounds = {},
  ) {
    this.most = attempts;
  }

  get left(): number {
    return this.most - this.used;
  }

  async fails(candidate: T): Promise<boolean> {
    if (this.left <= 0) return false;
    this.used++;
    return this.stillFails(candidate);
  }
}
