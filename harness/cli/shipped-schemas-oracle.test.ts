import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { SetupError } from '../errors.ts';
import { schemaFromModel, writeSchema } from '../json-schema/schema-from-model.ts';
import type { SchemaFamily } from '../qapi/model.ts';
import { readTree } from '../qapi/read-tree.ts';
import { installReleases } from '../target/install-releases.ts';
import { installSources, type SourceOutcome } from '../target/install-sources.ts';
import { readModelOfWords } from './schema/model-words.ts';

const FAMILIES: readonly SchemaFamily[] = ['qmp', 'qsd', 'qga'];

/** Shipped are the schemas of x.y.0. These definitions came in a point release that the archive has. */
const LATER: Readonly<Record<string, readonly string[]>> = { '10.0': ['BlkdebugInjectErrorOptions'] };

function shipped(family: SchemaFamily, release: string): readonly string[] {
  const file = fileURLToPath(new URL(`../../schemas/${family}/${release}.json`, import.meta.url));
  return readFileSync(file, 'utf8').split('\n');
}

function skip(context: Mocha.Context, reason: string): never {
  if (context.test !== undefined) context.test.title += ` (not run: ${reason})`;
  return context.skip();
}

describe('the shipped schemas, made again', function () {
  this.timeout(120_000);
  let outcomes: readonly SourceOutcome[] = [];
  before(async () => {
    await installReleases();
    outcomes = await installSources({ releases: ['5.2', '7.2', '10.0', '10.2'] });
  });

  for (const release of ['5.2', '7.2', '10.0', '10.2']) {
    for (const family of FAMILIES) {
      it(`${family} ${release} from its source package`, function () {
        const outcome = outcomes.find((each) => each.release === release);
        if (outcome === undefined || outcome.kind === 'absent')
          return skip(this, outcome?.reason ?? 'no answer for this release');
        const made = writeSchema(schemaFromModel(readTree(outcome.folder, { family, release }))).split('\n');
        const stands = new Set(shipped(family, release));
        const other = made.flatMap((line) => (stands.has(line) ? [] : [/^ +"([^"/]*)/.exec(line)?.[1]]));
        expect(made).to.have.lengthOf(shipped(family, release).length);
        expect([...new Set(other)]).to.deep.equal(family === 'qga' ? [] : (LATER[release] ?? []));
      });
    }
  }

  for (const family of FAMILIES) {
    it(`${family} 11.1 from an installed release and its manual page`, async function () {
      const build = family === 'qga' ? {} : { qemu: '11.1' };
      try {
        const model = await readModelOfWords({ ...build, man: '11.1', family }, 'all');
        const made = writeSchema(schemaFromModel(model)).split('\n');
        expect(made).to.deep.equal(shipped(family, '11.1'));
      } catch (error) {
        if (error instanceof Error && error.name === SetupError.name) return skip(this, error.message);
        throw error;
      }
    });
  }
});
