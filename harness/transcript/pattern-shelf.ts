import { readPattern } from './read-pattern.ts';
import type { MessageBody, Pattern } from './transcript.ts';

/**
 * Patterns of one generation, by the length of their texts; two generations are held. A pattern takes some twenty times
 * the memory of its text.
 */
const HELD_CHARACTERS = 2 * 1024 * 1024;

/**
 * Reads patterns again when they are asked for, and holds only the latest: those of a long recording, all at once, would
 * take many times the memory of its text.
 */
export class PatternShelf {
  private young = new Map<PatternOnDemand, Pattern>();
  private old = new Map<PatternOnDemand, Pattern>();
  /** Of the texts of the young. */
  private characters = 0;

  /** The body of a message whose pattern has been read from `text`. */
  put(text: string, singleQuotes: boolean, pattern: Pattern): MessageBody {
    const body = new PatternOnDemand(this, text, singleQuotes);
    this.hold(body, pattern);
    return body;
  }

  /** @returns the pattern of a body of this shelf */
  get(body: PatternOnDemand): Pattern {
    const held = this.young.get(body) ?? this.old.get(body);
    if (held !== undefined) return held;
    const pattern = readPattern(body.text, { singleQuotes: body.singleQuotes });
    this.hold(body, pattern);
    return pattern;
  }

  private hold(body: PatternOnDemand, pattern: Pattern): void {
    if (this.characters > HELD_CHARACTERS) {
      this.old = this.young;
      this.young = new Map();
      this.characters = 0;
    }
    this.young.set(body, pattern);
    this.characters += body.text.length;
  }
}

class PatternOnDemand {
  readonly kind = 'pattern';

  constructor(
    private readonly shelf: PatternShelf,
    readonly text: string,
    readonly singleQuotes: boolean,
  ) {}

  get pattern(): Pattern {
    return this.shelf.get(this);
  }
}
