import { Command, CommanderError } from 'commander';
import { oneLine } from '../../reports/text.ts';
import { InputError, SetupError } from '../errors.ts';
import { suiteVersion } from '../replay/suite-version.ts';
import { addCertifyCommand } from './certify.ts';
import { addCheckCommand } from './check.ts';
import { addCompareCommand } from './compare.ts';
import { addCoverageCommand } from './coverage.ts';
import { addExamplesCommand } from './examples.ts';
import { addExportCommand } from './export.ts';
import { addFlakyCommand } from './flaky.ts';
import { addGuestsCommand } from './guests.ts';
import { addImportCommand } from './import.ts';
import { addLearnCommand } from './learn.ts';
import { addListCommand } from './list.ts';
import { addMatrixCommand } from './matrix.ts';
import { addProfilesCommand } from './profiles.ts';
import { addPublishCommand } from './publish.ts';
import { addQemuCommand } from './qemu.ts';
import { addRecordCommand } from './record.ts';
import { addRedactCommand } from './redact.ts';
import { addReplayCommand } from './replay.ts';
import { addReportCommand } from './report.ts';
import { addRunCommand } from './run.ts';
import { addSchemaCommand } from './schema.ts';
import { addServeCommand } from './serve.ts';
import { addVerifyCommand } from './verify.ts';

/** Exit codes; what they mean is part of the command line's contract (README, "Exit codes"). */
const EXIT_USAGE = 2;
const EXIT_SETUP = 3;

/** Runs one command line. Sets `process.exitCode`; prints one line for a mistake, a stack only for our own. */
export async function main(argv: readonly string[]): Promise<void> {
  try {
    await buildProgram().parseAsync(argv);
  } catch (error) {
    process.exitCode = exitCodeOfError(error);
  }
}

function buildProgram(): Command {
  const program = new Command('qmp-conformance')
    .description(
      'Replays QMP transcripts on real QEMU releases and checks every message against its QAPI schema.',
    )
    .version(suiteVersion(), '--version', 'print the version and exit')
    .helpOption('-h, --help', 'show this help, or that of a command')
    .showSuggestionAfterError()
    .enablePositionalOptions()
    .exitOverride();
  for (const add of [
    addRecordCommand,
    addReplayCommand,
    addLearnCommand,
    addRunCommand,
    addListCommand,
    addMatrixCommand,
    addReportCommand,
    addCompareCommand,
    addPublishCommand,
    addFlakyCommand,
    addProfilesCommand,
    addCertifyCommand,
    addVerifyCommand,
    addCheckCommand,
    addRedactCommand,
    addCoverageCommand,
    addExamplesCommand,
    addSchemaCommand,
    addQemuCommand,
    addGuestsCommand,
    addServeCommand,
    addImportCommand,
    addExportCommand,
  ]) {
    add(program);
  }
  for (const command of program.commands) inheritSettings(command, program);
  return program;
}

/** Commander copies settings to commands made with `.command()` only; these are whole trees. */
function inheritSettings(command: Command, parent: Command): void {
  command.copyInheritedSettings(parent);
  for (const child of command.commands) inheritSettings(child, command);
}

function exitCodeOfError(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE;
  if (error instanceof InputError) return complain(error.message, EXIT_USAGE);
  if (error instanceof SetupError) return complain(error.message, EXIT_SETUP);
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return complain(`this is an error of qmp-conformance, please report it:\n${text}`, EXIT_SETUP);
}

function complain(message: string, code: number): number {
  // A message may quote a server or a file: it must not rewrite the terminal.
  process.stderr.write(`qmp-conformance: ${message.split('\n').map(oneLine).join('\n')}\n`);
  return code;
}
