import { Option, type Command } from 'commander';
import { InputError } from '../errors.ts';
import type { Shard } from '../replay/select-shard.ts';
import { SUITES, type Suite } from '../replay/suites.ts';
import { POLICIES } from '../target/policies.ts';
import { expectationsOption, writeExpectationsOption } from './expectations.ts';
import { countFromWord, repeatable, wordsOf } from './option-words.ts';
import { REPORTERS } from './reporters.ts';
import type { RunWords } from './run-words.ts';

const POLICY_NAMES = POLICIES.map(({ name }) => name);

/** Adds `run`. */
export function addRunCommand(program: Command): void {
  const command = program
    .command('run')
    .summary('replay recordings on QEMU releases, hold them against the specification, and make the matrix')
    .description(
      'Replays recordings on each target and checks every message against the schema of its release; checks each demand ' +
        'of the QMP specification on every transport; asks for whatever the schema forbids. Without targets: ' +
        'qemu-system-x86_64 on PATH, and the releases that the package archives of this machine offer, which are ' +
        'installed into a cache folder when they are not there yet.',
    )
    .argument('[recordings...]', 'recordings (.qmp) or folders of them; all of the project by default');
  addTargetOptions(command)
    .addOption(
      new Option(
        '--shard <i/n>',
        "run only part I of N parts; 'env': the part that GitLab CI, a Kubernetes indexed job, a Slurm array, Buildkite or CircleCI says",
      ).argParser(shardFromWord),
    )
    .addOption(
      repeatable(
        '--durations <run>',
        'an earlier run, by whose durations the parts are balanced; the same for all parts (repeatable)',
      ),
    )
    .addOption(
      repeatable(
        '--rerun-failed <run>',
        'run again only what was red there, on the same targets; expects another --out (repeatable)',
      ),
    )
    .option(
      '--ledger <file>',
      "what is known to be flaky ('flaky' shows it); learns from this run, unless it is a part",
    )
    .option(
      '-o, --out <folder>',
      'where run archives, matrix.md and index.html go (default: "out", in place of an earlier run)',
    )
    .addOption(
      new Option('--reporter <names>', `further reports in --out: ${REPORTERS.join(', ')}`).argParser(
        wordsOf(REPORTERS),
      ),
    )
    .addOption(expectationsOption())
    .addOption(writeExpectationsOption())
    .option('--resume', 'go on with the interrupted run in --out', false)
    .option('--json', 'print the summary as JSON instead of tables', false)
    .addHelpText('after', HELP)
    .action(async (recordings: readonly string[], words: RunWords) => {
      const { runRecordings } = await import('./run-recordings.ts');
      process.exitCode = await runRecordings(recordings, words);
    });
}

/** Adds the options that choose targets and rows. */
export function addTargetOptions(command: Command): Command {
  return command
    .addOption(repeatable('--qemu <path>', 'a QEMU binary (repeatable)'))
    .addOption(repeatable('--release <x.y>', 'an installed release (repeatable)'))
    .addOption(
      repeatable('--connect <address>', 'a QMP server that runs: unix:PATH or tcp:HOST:PORT (repeatable)'),
    )
    .addOption(
      new Option(
        '--accel <names>',
        'accelerators: tcg, kvm (default: tcg, and kvm where it works)',
      ).argParser(wordsOf(['tcg', 'kvm'])),
    )
    .addOption(
      new Option(
        '--level <name>',
        'what of the specification is held against a server: must, should, may (default: may; for --connect must)',
      ).choices(['must', 'should', 'may']),
    )
    .addOption(
      new Option(
        '--policy <names>',
        `forecasts beside what is: ${POLICY_NAMES.join(', ')}; what would break if these parts were gone`,
      ).argParser(wordsOf(POLICY_NAMES)),
    )
    .addOption(
      new Option(
        '--suite <names>',
        `suites: ${SUITES.join(', ')}, or all (default: refusals, examples; where recordings are named, these alone)`,
      ).argParser(suitesFromWord),
    )
    .addOption(
      repeatable('--grep <glob>', "only cases that a glob means, e.g. 'examples/migration/**' (repeatable)"),
    )
    .option('--all', 'also rows that only other releases than those of the run document', false)
    .addOption(repeatable('--stages <folder>', "a folder of stages beside the project's own (repeatable)"))
    .addOption(
      new Option('--jobs <n>', 'rows performed at a time (default: twice the processors)').argParser(
        countFromWord,
      ),
    )
    .addOption(
      new Option('--timeout <seconds>', 'how long to wait for a response or an event')
        .argParser(countFromWord)
        .default(10),
    )
    .option('--no-install', 'do not install releases; use those that are there');
}

const HELP = `
Examples:
  qmp-conformance run                                 examples and refusals, on all releases to be had
  qmp-conformance run --suite all                     and the specification, and the query surface
  qmp-conformance run --release 10.0 --accel tcg      one column
  qmp-conformance run --qemu ./build/qemu-system-x86_64 --grep 'examples/block-core/**'
  qmp-conformance run --grep '** @ 7.2.* * tcg'        cases of one target, by name
  qmp-conformance run --connect unix:/run/vm.sock     a server that somebody else has started
  qmp-conformance run --release 10.0 --policy no-deprecated   what would break if what is deprecated were gone
  qmp-conformance run --qemu ./build/qemu-system-x86_64 --shard env   the part that the pipeline says
  qmp-conformance run --rerun-failed out --out again  only what was red in out/

Exit status:
  0  conformant        1  findings: fail, crash, timeout or unexpected-pass; failed, then passed
  2  wrong usage       3  setup or harness error, or a run that is not whole
  130  interrupted; --resume goes on`;

function suitesFromWord(text: string): readonly Suite[] {
  return text === 'all' ? SUITES : wordsOf(SUITES)(text);
}

function shardFromWord(text: string): Shard | 'env' {
  if (text === 'env') return text;
  const [, index = 0, count = 0] = (/^([0-9]{1,4})\/([0-9]{1,4})$/.exec(text) ?? []).map(Number);
  if (index < 1 || index > count)
    throw new InputError(`--shard '${text}'; expected I/N, I from 1 to N, e.g. 2/3, or env`);
  return { index, count };
}
