import type { Command } from 'commander';
import { InputError } from '../../errors.ts';
import type { JsonObject } from '../../json/value.ts';
import type { SchemaFamily } from '../../qapi/model.ts';
import { familyOption } from './model-words.ts';

const HELP = `
NAME is a type, a command or an event. '?' marks a member that may be absent.

Examples:
  qmp-conformance schema show blockdev-add
  qmp-conformance schema show BlockdevOptionsQcow2 --release 7.2
  qmp-conformance schema show JOB_STATUS_CHANGE --json`;

/** Adds `schema show`: one definition for a reader. */
export function addShow(schema: Command): void {
  schema
    .command('show')
    .description('show the definition of a type, command or event')
    .argument('<NAME>', 'its name')
    .option('--release <X.Y>', 'the release; by default the newest')
    .addOption(familyOption())
    .option('--json', 'print the JSON Schema')
    .addHelpText('after', HELP)
    .action(runShow);
}

interface ShowWords {
  readonly release?: string;
  readonly family: SchemaFamily;
  readonly json?: true;
}

async function runShow(name: string, words: ShowWords): Promise<void> {
  const { definitionsOfName, describeDefinition, keysOfName } =
    await import('../../json-schema/describe-definition.ts');
  const bundle = await loadBundle(words.release, words.family);
  const keys = keysOfName(bundle, name);
  if (keys.length === 0) throw await unknownName(bundle, name);
  if (words.json === true) {
    const { writeJson } = await import('../../json/write-json.ts');
    process.stdout.write(`${writeJson(definitionsOfName(bundle, name), { indent: 2 })}\n`);
  } else {
    process.stdout.write(keys.map((key) => describeDefinition(bundle, key)).join(''));
  }
}

/** The schema of a release, by default the newest that is here. */
export async function loadBundle(release: string | undefined, family: SchemaFamily): Promise<JsonObject> {
  const { loadSchema, shippedReleases } = await import('../../json-schema/load-schema.ts');
  return loadSchema(release ?? shippedReleases(family).at(-1) ?? 'none', family);
}

async function unknownName(bundle: JsonObject, name: string): Promise<InputError> {
  const { namesIn } = await import('../../json-schema/describe-definition.ts');
  const { nearestName } = await import('../../yaml/nearest-name.ts');
  const { types, commands, events } = namesIn(bundle);
  const nearest = nearestName(name, [...commands, ...events, ...types]);
  const hint = nearest === undefined ? '' : ` Did you mean '${nearest}'?`;
  const release = typeof bundle['qapi-release'] === 'string' ? bundle['qapi-release'] : 'this schema';
  return new InputError(`no type, command or event '${name}' in ${release}.${hint}`);
}
