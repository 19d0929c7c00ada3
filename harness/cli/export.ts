import type { Command } from 'commander';
import { InputError } from '../errors.ts';
import { writeOutput } from './write-output.ts';

/** What stands on the command line of `export`. */
interface ExportWords {
  readonly output?: string;
}

/** Adds `export`. */
export function addExportCommand(program: Command): void {
  program
    .command('export')
    .summary("write a recording in another tool's words")
    .description(
      "Writes the client's part of a recording as a shell script that says it through socat, as lines for qmp-shell, or " +
        "as libvirt's .replies.",
    )
    .argument('<format>', 'socat, qmp-shell or libvirt-replies')
    .argument('<file>', 'the recording (.qmp)')
    .option('-o, --output <file>', 'where it goes (default: standard output)')
    .addHelpText('after', HELP)
    .action(async (format: string, file: string, words: ExportWords) => {
      process.exitCode = await exportFile(format, file, words);
    });
}

const HELP = `
Examples:
  qmp-conformance export socat my-client.qmp -o my-client.sh
  qmp-conformance export qmp-shell my-client.qmp

Exit status:
  0  written    1  written, but for messages that the tool has no words for; they are named
  2  no such recording, or nothing of it can be written so`;

/** So many messages that are lost are named. */
const MOST_TOLD = 50;

async function exportFile(wanted: string, file: string, { output }: ExportWords): Promise<number> {
  const { exportTranscript, EXPORT_FORMATS } = await import('../export/export-transcript.ts');
  const { readTranscript } = await import('../transcript/read-transcript.ts');
  const format = EXPORT_FORMATS.find((one) => one === wanted);
  if (format === undefined)
    throw new InputError(`'${wanted}'; expected a format: ${EXPORT_FORMATS.join(', ')}`);
  const { readRecordingText } = await import('../transcript/read-recording-text.ts');
  const exported = exportTranscript(readTranscript(readRecordingText(file), file), format);
  for (const line of exported.lost.slice(0, MOST_TOLD)) process.stderr.write(`${line}\n`);
  const more = exported.lost.length - MOST_TOLD;
  if (more > 0) process.stderr.write(`and ${more} more\n`);
  if (output === undefined) process.stdout.write(exported.text);
  else writeOutput(output, exported.text);
  return exported.lost.length > 0 ? 1 : 0;
}
