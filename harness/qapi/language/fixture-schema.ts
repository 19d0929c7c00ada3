import { join } from 'node:path';
import { InputError } from '../../errors.ts';
import type { QapiModel } from '../model.ts';
import { dialectOf } from './dialect.ts';
import type { DocBlock } from './doc-block.ts';
import { withTree } from './fixture-tree.ts';
import { readModules } from './read-modules.ts';
import { readQapi } from './read-qapi.ts';

/** For tests: the model of a schema of one file. */
export function readText(text: string, release = '10.0'): QapiModel {
  return withTree({ 'top.json': text }, (folder) =>
    readQapi(join(folder, 'top.json'), { family: 'qmp', release }),
  );
}

/** For tests: the documentation of the first definition in a schema of one file. */
export function blockOfText(text: string, release: string): DocBlock {
  const { expressions } = withTree({ 'top.json': text }, (folder) =>
    readModules(join(folder, 'top.json'), dialectOf(release)),
  );
  const block = expressions[0]?.block;
  if (block === undefined) throw new Error('no documentation');
  return block;
}

/** For tests: the error that the schema `top.json` of a tree gives, with the folder cut out of it. */
export function errorOf(files: Readonly<Record<string, string | Buffer>>, release = '10.0'): string {
  return withTree(files, (folder) => {
    try {
      readQapi(join(folder, 'top.json'), { family: 'qmp', release });
    } catch (error) {
      if (error instanceof InputError) return error.message.replaceAll(`${folder}/`, '');
      throw error;
    }
    return 'no error';
  });
}

/**
 * For tests: the error of a schema of one file, shortened: `2 struct 'X': message` for one on line 2, in struct 'X';
 * `2:7 message` for one in the text.
 */
export function shortErrorOf(text: string, release = '10.0'): string {
  const error = errorOf({ 'top.json': text }, release);
  const subject = /^top\.json: In (.*):\n/.exec(error);
  const [, place, message] = /^top\.json:([0-9:]+): (.*)$/s.exec(error.slice(subject?.[0].length ?? 0)) ?? [];
  if (place === undefined || message === undefined) return error;
  return subject === null ? `${place} ${message}` : `${place} ${subject[1] ?? ''}: ${message}`;
}
