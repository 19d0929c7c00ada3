import { Option, type Command } from 'commander';
import { InputError } from '../errors.ts';
import { ALLOWANCES } from '../replay/safety/allowances.ts';
import type { LearnWords } from './learn-words.ts';
import { collectAllowances, splitFiles } from './replay.ts';
import { countFromWord, wordsOf } from './option-words.ts';

/** Adds `learn`. */
export function addLearnCommand(program: Command): void {
  program
    .command('learn')
    .summary('make a recording replayable: perform it again, and see what changes')
    .description(
      'Performs a recording again, several times on the same binary. What changes from time to time gets rules of ' +
        'comparison; what the server tells and the client sends later (ids, node names, numbers of descriptors) is ' +
        "captured; files of the recording machine become files of the replay's own folder. What it has learned before " +
        'stays.',
    )
    .argument('<file...>', "the recording (.qmp); words behind '--' are given to QEMU")
    .option('--release <x.y>', 'the installed release that it was recorded on')
    .option('--qemu <path>', 'the QEMU binary that it was recorded on')
    .addOption(
      new Option('--accel <names>', 'accelerators: tcg, kvm; of several, what differs between them is noted')
        .argParser(wordsOf(['tcg', 'kvm']))
        .default(['tcg'], 'tcg'),
    )
    .option('-o, --output <file>', 'where the result goes; it is printed without')
    .option('--times <n>', 'how often it is performed on each accelerator', countFromWord, 3)
    .option('--exact', 'what does not change must not change', false)
    .option('--stage <name>', 'the stage to perform it on; the result names it')
    .addOption(
      new Option('--allow <what>', `what it may do on this host: ${ALLOWANCES.join(', ')}`).argParser(
        collectAllowances,
      ),
    )
    .option('--timeout <seconds>', 'how long to wait for a response or an event', countFromWord, 10)
    .addHelpText('after', HELP)
    .action(async (operands: readonly string[], words: LearnWords, command: Command) => {
      const { files, behind } = splitFiles(operands, command);
      const [file = '', ...more] = files;
      if (more.length > 0) throw new InputError(`'${more.join(' ')}'; expected one recording`);
      const { learnFile } = await import('./learn-file.ts');
      process.exitCode = await learnFile(file, behind, words);
    });
}

const HELP = `
Examples:
  qmp-conformance learn client.qmp --release 10.0 -o learned.qmp
  qmp-conformance learn client.qmp --release 10.0 --accel tcg,kvm -o learned.qmp
  qmp-conformance learn client.qmp --release 10.0 --exact -o learned.qmp    a change of any value is a finding
  qmp-conformance learn client.qmp --release 10.0 -- -machine q35           on the machine that it was recorded on

Exit status:
  0  learned           1  the dialogue does not come again as recorded: nothing is written
  2  wrong usage       3  setup or harness error       130  interrupted`;
