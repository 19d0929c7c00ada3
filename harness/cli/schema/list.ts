import type { Command } from 'commander';
import type { SchemaFamily } from '../../qapi/model.ts';
import { familyOption } from './model-words.ts';
import { loadBundle } from './show.ts';

const HELP = `
Examples:
  The releases whose schema is here:
    qmp-conformance schema list

  The types, commands and events of one:
    qmp-conformance schema list --release 10.2`;

/** Adds `schema list`: releases, or the names in one. */
export function addList(schema: Command): void {
  schema
    .command('list')
    .description('list the releases that have a schema here, or the names in one')
    .option('--release <X.Y>', 'list the types, commands and events of this release')
    .addOption(familyOption())
    .option('--json', 'print as JSON')
    .addHelpText('after', HELP)
    .action(runList);
}

interface ListWords {
  readonly release?: string;
  readonly family: SchemaFamily;
  readonly json?: true;
}

async function runList({ release, family, json }: ListWords): Promise<void> {
  const { shippedReleases } = await import('../../json-schema/load-schema.ts');
  if (release === undefined) {
    const releases = shippedReleases(family);
    const text = json === true ? JSON.stringify(releases) : releases.join('\n');
    process.stdout.write(text === '' ? '' : `${text}\n`);
    return;
  }
  const { namesIn } = await import('../../json-schema/describe-definition.ts');
  const names = namesIn(await loadBundle(release, family));
  if (json === true) process.stdout.write(`${JSON.stringify(names)}\n`);
  else
    for (const [kind, list] of Object.entries(names))
      process.stdout.write(list.map((name) => `${kind.slice(0, -1)} ${name}\n`).join(''));
}
