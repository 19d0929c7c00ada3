/**
 * One line of shell that sends messages to the monitor on a program's standard input, e.g.
 * `printf '%s\n' '{"execute":"qmp_capabilities"}' … | qemu-system-x86_64 -machine none … -qmp stdio`.
 * @param command the program and its arguments, with a monitor on standard input and output
 * @param messages their text, sent as it is. QEMU does not end when its input does: the line ends by itself only if a
 *   message ends the program, as {@link QUIT} does.
 */
export function pasteLine(command: readonly string[], messages: readonly string[]): string {
  return `printf '%s\\n' ${messages.map(quote).join(' ')} | ${command.map(quoteWhereNeeded).join(' ')}`;
}

/** The last message of a line that is to end by itself. */
export const QUIT = '{"execute":"quit"}';

function quoteWhereNeeded(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : quote(word);
}

/** Nothing within single quotes means anything to a POSIX shell but the quote itself. */
function quote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
