import type { Command } from 'commander';
import { InputError } from '../../errors.ts';
import type { JsonValue } from '../../json/value.ts';
import { addModelOptions, introspect, readReplyFile, type ModelWords } from './model-words.ts';
import { modelOfWords } from './shipped-model.ts';

const HELP = `
Whatever the build lacks must be under a condition, and all conditions must fit one choice of symbols, which is printed.
What cannot be explained so is a difference: the sources are not those of the build, or one of the two is wrong. The
exit code is then 1.

Examples:
  qmp-conformance schema explain --qemu 7.2
  qmp-conformance schema explain --qapi ~/src/qemu --introspection reply.json --json`;

interface ExplainWords extends ModelWords {
  readonly json?: true;
}

/** Adds `schema explain`: what a build has on and off, and what of it the sources do not explain. */
export function addExplain(schema: Command): void {
  addModelOptions(
    schema
      .command('explain')
      .description('explain what a build says of itself by the sources of its release and their conditions'),
  )
    .option('--json', 'print as JSON')
    .addHelpText('after', HELP)
    .action(runExplain);
}

async function runExplain(words: ExplainWords): Promise<void> {
  const { explainIntrospection } = await import('../../qapi/introspection/explain-introspection.ts');
  const { reply, version } = await replyOfWords(words);
  const { qapi, man, family, release = version } = words;
  const source = await modelOfWords({
    family,
    ...(qapi !== undefined && { qapi }),
    ...(man !== undefined && { man }),
    ...(release !== undefined && { release }),
  });
  if (!source.sources.includes('qapi')) {
    const what = `the schema of ${source.release} was not read from QAPI source, which alone has all conditions`;
    throw new InputError(`${what}; expected --qapi PATH`);
  }
  const explanation = explainIntrospection(source, reply);
  const { symbols, differences } = explanation;
  if (words.json === true) {
    const told = Object.fromEntries([...symbols].map(([symbol, on]) => [symbol, on ?? null]));
    process.stdout.write(`${JSON.stringify({ symbols: told, differences }, undefined, 2)}\n`);
  } else {
    const { describeExplanation } = await import('../../qapi/introspection/describe-explanation.ts');
    process.stdout.write(describeExplanation(explanation));
  }
  if (differences.length > 0) process.exitCode = 1;
}

async function replyOfWords(words: ExplainWords): Promise<{ reply: JsonValue; version?: string }> {
  const { qemu, introspection, family } = words;
  if ((qemu === undefined) === (introspection === undefined))
    throw new InputError('which build; expected one of --qemu and --introspection');
  if (qemu !== undefined) return introspect(qemu, family);
  return { reply: await readReplyFile(introspection ?? '') };
}
