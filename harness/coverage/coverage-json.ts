import { InputError } from '../errors.ts';
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../json/value.ts';
import { COUNTERS, STATES, type Counter, type State } from './counter.ts';
import type { Coverage, CoverageColumn, CoverageItem } from './coverage.ts';

/** The number of the format of `coverage --json`. */
const FORMAT = 1;

type Listed = Partial<Record<State, readonly string[]>>;

/** A column as it stands in a file: names by module, counter and state. */
interface WrittenColumn extends Omit<CoverageColumn, 'items'> {
  readonly modules: Readonly<Record<string, Partial<Record<Counter, Listed>>>>;
  /** Why commands were not executed with success. */
  readonly reasons: Readonly<Record<string, string>>;
}

/** The text of `coverage --json`. */
export function writeCoverage({ columns, leftOut }: Coverage): string {
  const written = columns.map((column) => writtenColumn(column));
  return `${JSON.stringify({ format: FORMAT, columns: written, leftOut }, undefined, 1)}\n`;
}

function writtenColumn({ items, ...head }: CoverageColumn): WrittenColumn {
  const modules: Record<string, Partial<Record<Counter, Partial<Record<State, string[]>>>>> = {};
  const reasons: Record<string, string> = {};
  for (const { module, counter, state, name, reason } of items) {
    const states = ((modules[module] ??= {})[counter] ??= {});
    (states[state] ??= []).push(name);
    if (counter === 'command/success' && reason !== undefined) reasons[name] = reason;
  }
  return { ...head, modules, reasons };
}

/** What of a column two coverages are compared by. */
export interface RememberedColumn {
  readonly release: string;
  readonly program: string;
  readonly items: readonly CoverageItem[];
}

/**
 * Reads what {@link writeCoverage} has written.
 * @param file for the message
 * @throws {InputError} for anything else
 */
export function readCoverage(value: JsonValue, file: string): readonly RememberedColumn[] {
  const wrong = (what: string): InputError =>
    new InputError(`${file}: ${what}; expected what 'coverage --json' writes`);
  if (!isJsonObject(value)) throw wrong('no object');
  if (value['format'] !== FORMAT) throw wrong(`no format ${FORMAT}`);
  const { columns } = value;
  if (!isJsonArray(columns)) throw wrong("no array 'columns'");
  return columns.map((column) => {
    const { release, program, modules } = isJsonObject(column) ? column : {};
    if (typeof release !== 'string' || typeof program !== 'string' || !isJsonObject(modules))
      throw wrong("a column without 'release', 'program' or 'modules'");
    return { release, program, items: [...itemsIn(modules, wrong)] };
  });
}

function* itemsIn(modules: JsonObject, wrong: (what: string) => InputError): Generator<CoverageItem> {
  for (const [module, counters] of Object.entries(modules)) {
    for (const counter of COUNTERS) {
      const states = memberOf(counters, counter) ?? {};
      for (const state of STATES) {
        const names = memberOf(states, state) ?? [];
        if (!isJsonArray(names)) throw wrong(`no array '${state}' of ${counter} in ${module}`);
        for (const name of names) {
          if (typeof name !== 'string') throw wrong(`no name among ${counter} of ${module}`);
          yield { counter, module, name, state };
        }
      }
    }
  }
}

function memberOf(value: JsonValue, name: string): JsonValue | undefined {
  return isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}
