import { isJsonObject, stringAt } from '../json/value.ts';
import {
  architectureOfProgram,
  DOCUMENTED_ARCHITECTURES,
  familyOfProgram,
} from '../target/known-programs.ts';
import { withQemu } from '../target/probe-qemu.ts';
import type { QemuBinary, QemuPrograms } from '../target/qemu-binary.ts';
import { askAgent, startGuestAgent } from '../target/start-guest-agent.ts';
import { baseArguments } from '../target/start-qemu.ts';
import { inTemporaryFolder } from '../target/temporary-folder.ts';
import { introspectDaemon } from './introspect-daemon.ts';
import {
  judgeByRelease,
  judgeIntrospection,
  queryIntrospection,
  type Judged,
} from './judge-introspection.ts';

/** A program that a stage names, beside the binary of a target. */
export interface ProgramFacts {
  /** By what its dialogues are judged; `undefined` where there is nothing to judge them by. */
  readonly judged: Judged | undefined;
  /** As `query-target` says; `undefined` for a program without a machine. */
  readonly architecture: string | undefined;
  /** Why no dialogue with it can be performed here. */
  readonly missing?: string;
}

/** What a program said of itself. */
interface Answer {
  readonly version: string;
  readonly architecture: string | undefined;
  readonly judged: Judged | undefined;
}

/** The other programs of a target's build. Each is asked what it is once, and when a row first needs it. */
export class ProgramBook {
  private readonly known = new Map<string, Promise<ProgramFacts>>();

  /**
   * @param patience milliseconds for each answer
   * @param hidden features of what the policy of the target hides
   */
  constructor(
    private readonly binary: QemuBinary,
    private readonly patience: number,
    private readonly hidden: ReadonlySet<string> = new Set(),
  ) {}

  /** Says what there is to know of a program. One that does not start, too, is a fact. */
  describe(program: string): Promise<ProgramFacts> {
    const known =
      this.known.get(program) ?? describeProgram(program, this.binary, this.patience, this.hidden);
    this.known.set(program, known);
    return known;
  }
}

async function describeProgram(
  program: string,
  binary: QemuBinary,
  patience: number,
  hidden: ReadonlySet<string>,
): Promise<ProgramFacts> {
  const command = binary.findProgram(program);
  if (command === undefined) return missingProgram(program, binary, whyAbsent(program, binary));
  try {
    const answer = await ask(program, { ...binary, command }, patience, hidden);
    const { version, architecture, judged } = answer;
    if (version !== binary.version)
      return missingProgram(program, binary, `${program} beside ${binary.path} is of QEMU ${version}`);
    if (judged !== undefined) return { judged, architecture };
    return missingProgram(program, binary, `no schema of ${program} ${version} comes with the project`);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return missingProgram(program, binary, `${program} does not start: ${reason}`);
  }
}

/** Its release's schema judges the example all the same. */
function missingProgram(program: string, { version }: QemuBinary, missing: string): ProgramFacts {
  const judged = judgeByRelease(undefined, version, familyOfProgram(program));
  return { judged, architecture: architectureOfProgram(program), missing };
}

/** One line: what is missing, and how to get it. */
function whyAbsent(program: string, { origin, path, version, absent = {} }: QemuBinary): string {
  if (origin !== 'release')
    return `${program} is not there beside ${path}; expected it in the same folder, of the same build`;
  const reason = absent[program];
  if (reason !== undefined)
    return `${program} is not installed with QEMU ${version}: ${reason}; see qmp-conformance qemu install --refresh`;
  const architecture = architectureOfProgram(program);
  const usual = architecture === undefined || DOCUMENTED_ARCHITECTURES.includes(architecture);
  const words = usual ? '' : ` --architecture ${architecture}`;
  return `${program} is not installed with QEMU ${version}; get it with qmp-conformance qemu install${words}`;
}

async function ask(
  program: string,
  programs: QemuPrograms,
  patience: number,
  hidden: ReadonlySet<string>,
): Promise<Answer> {
  switch (familyOfProgram(program)) {
    case 'qmp':
      return askEmulator(programs, patience, hidden);
    case 'qsd': {
      const { reply, version } = await introspectDaemon(programs, patience);
      return { version, architecture: undefined, judged: judgeIntrospection(reply, version, 'qsd') };
    }
    case 'qga':
      return inTemporaryFolder((dir) => askGuestAgent(programs, dir, patience));
  }
}

function askEmulator(programs: QemuPrograms, patience: number, hidden: ReadonlySet<string>): Promise<Answer> {
  const args = [...baseArguments('tcg'), '-machine', 'none'];
  return withQemu(programs, args, async ({ connection, greeting, negotiate }) => {
    await negotiate([], patience);
    const { value } = await connection.execute('query-target', undefined, patience);
    const architecture = stringAt(isJsonObject(value) ? value['return'] : undefined, 'arch');
    const reply = await queryIntrospection(connection, patience);
    const { version } = greeting;
    return { version, architecture, judged: judgeIntrospection(reply, version, 'qmp', hidden) };
  });
}

/** The agent has no introspection; it names its commands. */
async function askGuestAgent(programs: QemuPrograms, dir: string, patience: number): Promise<Answer> {
  const agent = await startGuestAgent(programs, { dir, patience });
  try {
    const { version, commands } = await askAgent(agent.connection, patience);
    const names = { commands: new Set(commands.map(({ name }) => name)), events: new Set<string>() };
    return { version, architecture: undefined, judged: judgeByRelease(names, version, 'qga') };
  } finally {
    await agent.kill();
  }
}
