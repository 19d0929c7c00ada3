import { writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { printJson } from './print-json.ts';

const HELP = `
A profile is a file under recordings/profiles: globs, and the list of the rows that they meant when it was frozen. What
came later is run, and not scored. Whoever releases a version of the suite freezes its profiles anew.

Examples:
  qmp-conformance profiles list
  qmp-conformance profiles freeze core`;

const FOLDER = 'profiles of your own, instead of those of the suite';

/** Makes `profiles`: what can be certified. */
function profilesCommand(): Command {
  const profiles = new Command('profiles')
    .summary('what can be certified')
    .description('Lists the profiles that certify knows, and freezes their rows anew.')
    .addHelpText('after', HELP);
  profiles
    .command('list')
    .description('the profiles, and how many rows each has')
    .option('--profiles <FOLDER>', FOLDER)
    .option('--json', 'print them as JSON, with their rows', false)
    .action(listProfiles);
  profiles
    .command('freeze')
    .description(
      "write the rows that a profile's globs mean now into its file, for this version of the suite",
    )
    .argument('<NAME...>', 'names of profiles')
    .option('--profiles <FOLDER>', FOLDER)
    .action(freezeProfiles);
  return profiles;
}

/** Adds `profiles`. */
export function addProfilesCommand(program: Command): void {
  program.addCommand(profilesCommand());
}

interface ListWords {
  readonly profiles?: string;
  readonly json: boolean;
}

async function listProfiles({ profiles: folder, json }: ListWords): Promise<void> {
  const { readProfiles } = await import('../certify/profile.ts');
  const profiles = await readProfiles(folder);
  if (json) {
    printJson(profiles.map(({ text: _, file: __, ...profile }) => profile));
    return;
  }
  for (const { name, about, suite, rows } of profiles)
    process.stdout.write(
      `${name.padEnd(10)} ${String(rows.length).padStart(4)} rows of ${suite}: ${about}\n`,
    );
}

async function freezeProfiles(
  names: readonly string[],
  { profiles: folder }: Pick<ListWords, 'profiles'>,
): Promise<void> {
  const { freezeProfile, profileNamed, readProfiles } = await import('../certify/profile.ts');
  const { readRecordings } = await import('../replay/read-recordings.ts');
  const { suiteVersion } = await import('../replay/suite-version.ts');
  const ids = (await readRecordings()).map(({ head }) => head.id);
  const profiles = await readProfiles(folder);
  for (const profile of names.map((name) => profileNamed(profiles, name))) {
    await writeFile(profile.file, freezeProfile(profile, ids, suiteVersion()));
    process.stdout.write(`${profile.file}\n`);
  }
}
