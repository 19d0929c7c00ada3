/** What a stream says about how to write to it: colour and width are for terminals, and NO_COLOR is respected. */
export function terminalOptions(stream: NodeJS.WriteStream): {
  readonly colour: boolean;
  readonly columns?: number;
} {
  const { isTTY, columns } = stream;
  return { colour: isTTY && (process.env['NO_COLOR'] ?? '') === '', ...(isTTY && { columns }) };
}
