/** Words of commands that only tell something. */
const TELLING = new Set(['query', 'list', 'get', 'info', 'ping', 'sync']);

/** Tells by its name whether a command leaves everything as it is, so that it may be asked any number of times. */
export function isQuery(command: string): boolean {
  return command.split(/[-_]/).some((word) => TELLING.has(word));
}
