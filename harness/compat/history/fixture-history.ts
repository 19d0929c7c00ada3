import { readQapi } from '../../qapi/language/read-qapi.ts';
import { withTree } from '../../qapi/language/fixture-tree.ts';
import type { ModelSource, QapiModel } from '../../qapi/model.ts';
import { buildHistory } from './build-history.ts';
import type { History } from './history.ts';

/** For tests: the models of one schema text per release. */
export function modelsOf(
  texts: Readonly<Record<string, string>>,
  sources: Readonly<Record<string, readonly ModelSource[]>> = {},
): QapiModel[] {
  return Object.entries(texts).map(([release, text]) => {
    const model = withTree({ 'qapi/qapi-schema.json': text }, (folder) =>
      readQapi(`${folder}/qapi/qapi-schema.json`, { family: 'qmp', release }),
    );
    return { ...model, sources: sources[release] ?? model.sources };
  });
}

/** For tests: the history of one schema text per release. */
export function historyOf(
  texts: Readonly<Record<string, string>>,
  sources: Readonly<Record<string, readonly ModelSource[]>> = {},
): History {
  return buildHistory(modelsOf(texts, sources));
}
