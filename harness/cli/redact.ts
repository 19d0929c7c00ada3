import { Option, type Command } from 'commander';
import { InputError } from '../errors.ts';
import { recordingFiles } from './recording-files.ts';
import { checkOutput, writeOutput } from './write-output.ts';

const HELP = `
Replaces passwords, keys, the data of secret objects and what else of QAPI is secret by '(redacted)', and the same text
wherever it comes again in the recording. Every byte outside of what is replaced stays. \`record\` does the same before
anything touches the disk; this is for recordings that exist already. FILE may be a folder: all recordings in it.

Examples:
  To the terminal:
    qmp-conformance redact my-client.qmp

  With stand-ins for paths, host names, UUIDs and addresses:
    qmp-conformance redact my-client.qmp --stand-ins -o for-the-bug-tracker.qmp

  With rules of your own before those for QAPI:
    qmp-conformance redact my-client.qmp --redact-rule our-rules.yaml --in-place

Exit status:
  0  written     2  wrong usage, or a file that is no recording     3  it cannot be written`;

interface RedactWords {
  readonly output?: string;
  readonly inPlace?: true;
  readonly standIns?: true;
  readonly redactRule: readonly string[];
}

/** Adds `redact`: recordings without their secrets. */
export function addRedactCommand(program: Command): void {
  program
    .command('redact')
    .description('replace the secrets in recordings')
    .argument('<FILE...>', 'recordings, or folders of them')
    .option('-o, --output <FILE>', 'file to write to')
    .option('--in-place', 'change the recordings themselves')
    .option('--stand-ins', 'replace paths, host names, UUIDs, MAC and IP addresses, too')
    .addOption(
      new Option('--redact-rule <FILE>', 'further rules of what is secret (repeatable)')
        .argParser((value: string, before: readonly string[]): readonly string[] => [...before, value])
        .default([], 'none'),
    )
    .addHelpText('after', HELP)
    .action(runRedact);
}

async function runRedact(given: readonly string[], words: RedactWords): Promise<void> {
  const files = recordingFiles(given);
  if (words.inPlace === true && words.output !== undefined)
    throw new InputError('--in-place with --output; expected one or the other');
  if (words.inPlace !== true && files.length > 1)
    throw new InputError(`${files.length} recordings; expected one, or --in-place`);
  if (words.output !== undefined) checkOutput(words.output);
  const { createRedactor } = await import('../redact/redactor.ts');
  const { redactRecording } = await import('../redact/redact-recording.ts');
  const { defaultRedactRules } = await import('../redact/default-rules.ts');
  const { readRecordingText } = await import('../transcript/read-recording-text.ts');
  const { loadRedactRules } = await import('../redact/read-rules.ts');
  const rules = [...words.redactRule.flatMap(loadRedactRules), ...defaultRedactRules()];
  for (const file of files) {
    const redactor = createRedactor(rules, { standIns: words.standIns === true });
    const text = readRecordingText(file);
    const redacted = redactRecording(text, file, redactor);
    if (redacted.messages === 0)
      process.stderr.write(`qmp-conformance: ${file}: no message, as its client said nothing\n`);
    if (words.inPlace !== true) print(redacted.text, words.output);
    else if (redacted.text !== text) writeOutput(file, redacted.text);
    if (words.inPlace === true)
      process.stderr.write(
        `${file}: ${redacted.changed} message${redacted.changed === 1 ? '' : 's'} changed\n`,
      );
  }
}

function print(text: string, output: string | undefined): void {
  if (output === undefined) process.stdout.write(text);
  else writeOutput(output, text);
}
