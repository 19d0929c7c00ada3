import { Command } from 'commander';
import type { GuestState } from '../stage/build-guest.ts';

const EXAMPLES = `
Examples:
  $ qmp-conformance guests build           after a change to recordings/guests/dirtying.s
  $ qmp-conformance guests build --check   in a pipeline: exit 1 if a source and its hex file differ
`;

/** Adds `guests`: what stages run in a guest, and its firmware. */
export function addGuestsCommand(program: Command): void {
  const guests = new Command('guests').description('the guests that stages run, and their firmware');
  guests
    .command('build')
    .description(
      'Assembles the sources in recordings/guests and writes the hex files that stand beside them. ' +
        'Uses GNU as and ld for each architecture from PATH, else from the package archive (binutils).',
    )
    .option(
      '--check',
      'write nothing; exit with 1 if a hex file is not what its source makes, 3 if that cannot be told',
    )
    .option('--json', 'print one JSON array of {name, state}')
    .addHelpText('after', EXAMPLES)
    .action((options: BuildOptions) => build(options));
  program.addCommand(guests);
}

interface BuildOptions {
  readonly check?: true;
  readonly json?: true;
}

async function build(options: BuildOptions): Promise<void> {
  const { compareGuests, writeGuest } = await import('../stage/build-guest.ts');
  const { findAssembler } = await import('../stage/find-assembler.ts');
  const guests = await compareGuests(findAssembler);
  if (options.check !== true) for (const guest of guests.filter(isWritable)) await writeGuest(guest);
  const text =
    options.json === true
      ? JSON.stringify(guests.map(({ name, state }) => ({ name, state })))
      : guests.map((guest) => `${guest.name}: ${describe(guest, options.check === true)}`).join('\n');
  process.stdout.write(`${text}\n`);
  // An orphan is a finding of either: nobody can review bytes without their source.
  const isFinding = options.check === true ? isWrong : isOrphan;
  if (guests.some(isFinding)) process.exitCode = 1;
  else if (guests.some(({ state }) => state === 'unbuilt')) process.exitCode = 3;
}

function isWrong({ state }: GuestState): boolean {
  return state !== 'current' && state !== 'unbuilt';
}

function isOrphan({ state }: GuestState): boolean {
  return state === 'orphan';
}

function isWritable(guest: GuestState): boolean {
  return isWrong(guest) && !isOrphan(guest);
}

function describe({ name, state, reason }: GuestState, isCheck: boolean): string {
  switch (state) {
    case 'current':
      return 'current';
    case 'stale':
      return isCheck ? `${name}.hex is not what ${name}.s makes; run guests build` : 'rewritten';
    case 'missing':
      return isCheck ? `${name}.hex is missing; run guests build` : 'written';
    case 'unbuilt':
      return `not built: ${reason ?? ''}`;
    case 'orphan':
      return `${name}.hex has no source; write ${name}.s, or remove it`;
  }
}
