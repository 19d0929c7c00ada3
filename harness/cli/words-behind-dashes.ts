/**
 * The words behind `--`: a command line of the user's own. Commander puts them behind the other arguments, and does not
 * tell where they begin.
 */
export function wordsBehindDashes(argv: readonly string[] = process.argv): readonly string[] {
  const at = argv.indexOf('--');
  return at < 0 ? [] : argv.slice(at + 1);
}
