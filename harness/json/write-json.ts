import { isJsonArray, type JsonValue } from './value.ts';

/** How a value is laid out. */
export interface WriteOptions {
  /** Spaces per level; without it the whole value stands on one line. */
  readonly indent?: number;
  /** Put one space after ':' and ',' as QEMU does in its own messages. */
  readonly spaced?: boolean;
}

/** Writes a JSON value; every integer keeps all its digits. The inverse of `readJson`. */
export function writeJson(value: JsonValue, options: WriteOptions = {}): string {
  const gap = options.indent === undefined ? (options.spaced === true ? ' ' : '') : ' ';
  return writeValue(
    value,
    { indent: options.indent, comma: options.indent === undefined ? `,${gap}` : ',', gap },
    0,
  );
}

interface Layout {
  readonly indent: number | undefined;
  readonly comma: string;
  readonly gap: string;
}

function writeValue(value: JsonValue, layout: Layout, depth: number): string {
  if (typeof value === 'bigint') return value.toString();
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (isJsonArray(value)) {
    const elements = value.map((element) => writeValue(element, layout, depth + 1));
    return bracket('[', elements, ']', layout, depth);
  }
  const members = Object.entries(value).map(
    ([name, member]) => `${JSON.stringify(name)}:${layout.gap}${writeValue(member, layout, depth + 1)}`,
  );
  return bracket('{', members, '}', layout, depth);
}

function bracket(
  open: string,
  parts: readonly string[],
  close: string,
  layout: Layout,
  depth: number,
): string {
  if (parts.length === 0) return open + close;
  if (layout.indent === undefined) return open + parts.join(layout.comma) + close;
  const inner = `\n${' '.repeat(layout.indent * (depth + 1))}`;
  return `${open}${inner}${parts.join(layout.comma + inner)}\n${' '.repeat(layout.indent * depth)}${close}`;
}
