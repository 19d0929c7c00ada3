import { pointerTo } from '../json/pointer.ts';
import { Scanner } from '../json/scanner.ts';
import { takeElision } from '../transcript/read-pattern.ts';
import type { TranscriptMessage } from '../transcript/transcript.ts';

/** Where a value stands in a text; offsets from 0. */
export interface PlaceInText {
  /** Where the member begins that holds the value: its name; for elements and the whole the value itself. */
  readonly name: number;
  /** Behind the name; the same as `name` where there is none. */
  readonly nameEnd: number;
  readonly start: number;
  readonly end: number;
}

/** A member that stands in its object a second time. */
export interface Duplicate {
  readonly pointer: string;
  readonly offset: number;
  /** Whether it says the same as the first. */
  readonly isSame: boolean;
}

/** The places of all values of a message. */
export interface Places {
  /** By JSON Pointer. */
  readonly values: ReadonlyMap<string, PlaceInText>;
  readonly duplicates: readonly Duplicate[];
}

/** Finds where the values of a text stand, which must be a well-formed pattern (see `readPattern`). */
export function findPlaces(text: string, singleQuotes: boolean): Places {
  const finder = new PlaceFinder(text, singleQuotes);
  finder.takeValue('', undefined);
  return finder;
}

const known = new WeakMap<TranscriptMessage, Places>();

/** The places of a message that is JSON; found once, however often it is asked. */
export function placesOf(message: TranscriptMessage): Places {
  const places = known.get(message) ?? findPlaces(message.text, message.direction === '->');
  known.set(message, places);
  return places;
}

const SCALAR = /[^\s,:{}[\]"']+/y;

class PlaceFinder implements Places {
  readonly values = new Map<string, PlaceInText>();
  readonly duplicates: Duplicate[] = [];
  private readonly scanner: Scanner;

  constructor(text: string, singleQuotes: boolean) {
    this.scanner = new Scanner(text, singleQuotes);
  }

  takeValue(pointer: string, name: { readonly start: number; readonly end: number } | undefined): void {
    const { scanner } = this;
    const next = scanner.peek();
    const start = scanner.offset;
    if (next === '{') this.takeMembers(pointer);
    else if (next === '[') this.takeElements(pointer);
    else if (scanner.atString()) scanner.takeString();
    else if (!takeElision(scanner)) this.takeScalar();
    const place = { name: name?.start ?? start, nameEnd: name?.end ?? start, start, end: scanner.offset };
    const first = this.values.get(pointer);
    if (first !== undefined) {
      const isSame = this.written(first) === this.written(place);
      this.duplicates.push({ pointer, offset: place.name, isSame });
    }
    this.values.set(pointer, place);
  }

  private written({ start, end }: PlaceInText): string {
    return this.scanner.text.slice(start, end);
  }

  private takeScalar(): void {
    SCALAR.lastIndex = this.scanner.offset;
    this.scanner.offset += SCALAR.exec(this.scanner.text)?.[0].length ?? 1;
  }

  private takeMembers(pointer: string): void {
    const { scanner } = this;
    this.takeItems('{', '}', () => {
      const start = scanner.offset;
      const name = scanner.takeString();
      const end = scanner.offset;
      scanner.take(':');
      this.takeValue(pointerTo(pointer, name), { start, end });
    });
  }

  private takeElements(pointer: string): void {
    let index = 0;
    this.takeItems('[', ']', () => {
      this.takeValue(pointerTo(pointer, index), undefined);
      index++;
    });
  }

  private takeItems(opening: string, closing: string, takeItem: () => void): void {
    const { scanner } = this;
    scanner.take(opening);
    while (!scanner.take(closing)) {
      if (scanner.peek() === '') return;
      if (!scanner.take(',') && !takeElision(scanner)) takeItem();
    }
  }
}
