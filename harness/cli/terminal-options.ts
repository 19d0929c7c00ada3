/** What a stream says about how to write to it: colour and width are for terminals, and NO_COLOR is respected. */
export function terminalOptions(stream: NodeJS.WriteStream): {
  readonly colour: boolean;
  readonly columns?: number;
} {
  // Node leaves `isTTY` out where there is no terminal, and picocolors decides for itself where it is told nothing.
  const { isTTY = false, columns } = stream as { readonly isTTY?: boolean; readonly columns: number };
  return { colour: isTTY && (process.env['NO_COLOR'] ?? '') === '', ...(isTTY && { columns }) };
}
