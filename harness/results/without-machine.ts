import { homedir, hostname, tmpdir } from 'node:os';

/** Folders that belong to whoever runs, not to what is run. */
const FOLDERS = [
  'root',
  'home',
  'tmp',
  'Users',
  'build',
  'builds',
  'private',
  'var/tmp',
  'var/folders',
  'run/user',
];

/** A text without what it says of the machine that it was made on: paths, its name, and how a process was started. */
export function withoutMachine(text: string): string {
  return compiled().reduce((rest, [pattern, instead]) => rest.replaceAll(pattern, instead), text);
}

/** Lines of stderr that name a source file name it by its name alone. */
export function withoutFolders(line: string): string {
  return withoutMachine(line.replaceAll(/(?<![\w.])(?:\/[\w.+-]+)*\/(?=[\w.+-]+:\d+:)/g, ''));
}

let patterns: readonly (readonly [RegExp, string])[] | undefined;

function compiled(): readonly (readonly [RegExp, string])[] {
  return (patterns ??= [
    [/; command: [^]*$/g, ''],
    [pathsBelow([...FOLDERS.map((name) => `/${name}`), homedir(), tmpdir(), process.cwd()]), '<path>'],
    ...namesOfHost(),
  ]);
}

/** A path ends where it does in a fingerprint, so that both take the same for one. */
function pathsBelow(folders: readonly string[]): RegExp {
  const known = folders.filter((folder) => folder.length > 1).map(escape);
  return new RegExp(`(?<![\\w.])(?:${known.join('|')})/[^\\s'",;)]*`, 'g');
}

/** A host called `runner` cannot be told from the word. */
function namesOfHost(): readonly (readonly [RegExp, string])[] {
  const name = hostname();
  return /[\d.-]/.test(name) && name.length > 3 ? [[new RegExp(`\\b${escape(name)}\\b`, 'g'), '<host>']] : [];
}

function escape(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`);
}
