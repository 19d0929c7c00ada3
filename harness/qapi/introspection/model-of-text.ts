import { join } from 'node:path';
import { withTree } from '../language/fixture-tree.ts';
import { readQapi } from '../language/read-qapi.ts';
import type { QapiModel } from '../model.ts';

/** For tests: the model of a schema that is given as text. */
export function modelOfText(text: string, release: string): QapiModel {
  return withTree({ 'schema.json': text }, (folder) =>
    readQapi(join(folder, 'schema.json'), { family: 'qmp', release }),
  );
}
