import { escapeRegExp } from './escape-reg-exp.ts';
import { REDACTED } from './rule.ts';

/** Shorter ones would be found in every other word. */
const SHORTEST = 4;
/** Longer ones are contents, not passwords; nobody repeats them. */
const LONGEST = 4096;
const MAX_SECRETS = 4096;
const FEW = 32;

/** The secrets of a recording, so that they are found wherever they come again. The oldest of very many are forgotten. */
export class SeenSecrets {
  private readonly values = new Set<string>();
  private patterns: Patterns | undefined;

  add(value: string): void {
    if (value.length < SHORTEST || value.length > LONGEST || value === REDACTED || this.values.has(value))
      return;
    this.values.add(value);
    const [oldest] = this.values;
    if (this.values.size > MAX_SECRETS && oldest !== undefined) this.values.delete(oldest);
    this.patterns = undefined;
  }

  /** Tells whether one may stand in a JSON text without `\u` and `\/`. */
  mayStandIn(text: string): boolean {
    if (this.values.size === 0) return false;
    const { written, spellings } = this.compiled();
    // One literal after the other is faster than one expression for all, while they are few.
    if (spellings.length <= FEW) return spellings.some((spelling) => text.includes(spelling));
    return text.search(written) >= 0;
  }

  /** Replaces them in the value of a string. */
  replaceIn(value: string): string {
    return this.values.size === 0 ? value : value.replaceAll(this.compiled().plain, REDACTED);
  }

  /** Replaces them in a text, as they are and as JSON writes them. */
  replaceInText(text: string): string {
    return this.values.size === 0 ? text : this.replaceIn(text.replaceAll(this.compiled().written, REDACTED));
  }

  private compiled(): Patterns {
    return (this.patterns ??= patternsOf([...this.values]));
  }
}

interface Patterns {
  readonly plain: RegExp;
  /** As JSON writes them. */
  readonly written: RegExp;
  readonly spellings: readonly string[];
}

function patternsOf(values: readonly string[]): Patterns {
  // Of two that begin alike the longer one is meant.
  const sorted = values.toSorted((a, b) => b.length - a.length);
  const written = sorted.map((value) => JSON.stringify(value).slice(1, -1));
  return { plain: alternatives(sorted), written: alternatives(written), spellings: written };
}

function alternatives(texts: readonly string[]): RegExp {
  return new RegExp(texts.map(escapeRegExp).join('|'), 'g');
}
