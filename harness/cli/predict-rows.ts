import type { Prediction } from '../compat/matrix.ts';
import type { Predictor } from '../compat/predictions.ts';
import { InputError } from '../errors.ts';
import { isComplete, loadSchema, shippedReleases } from '../json-schema/load-schema.ts';
import { createValidator, type Validator } from '../json-schema/validator.ts';
import { judgeTranscript } from '../lint/judge-transcript.ts';
import type { SchemaFamily } from '../qapi/model.ts';
import { isRelease } from '../release/compare-releases.ts';
import { parseReleaseRange, rangeHolds } from '../release/release-range.ts';
import { isDocumentedIn } from '../replay/find-applicability.ts';
import { readStageBook, type StageBook } from '../stage/stage-book.ts';
import { familyOfProgram } from '../target/known-programs.ts';
import { readTranscript } from '../transcript/read-transcript.ts';
import type { Transcript } from '../transcript/transcript.ts';

/** The releases that `--predict` means: `all`, or some with commas. @throws {InputError} for one without schema */
export function releasesToPredict(words: string): readonly string[] {
  const shipped = shippedReleases();
  if (words === 'all') return shipped;
  const asked = words.split(',').map((word) => word.trim());
  const unknown = asked.find((word) => !shipped.includes(word));
  if (unknown !== undefined) {
    throw new InputError(
      `--predict: no schema of release '${unknown}'; expected all, or some of ${shipped.join(', ')}`,
    );
  }
  return shipped.filter((release) => asked.includes(release));
}

/**
 * Judges rows by the shipped schemas: recordings message by message, rows of `queries` and `refusals` by the command
 * that they are named after. It has one release's schemas open at a time.
 * @param textOf the text of a row's transcript
 */
export async function openPredictor(textOf: (row: string) => string | undefined): Promise<Predictor> {
  const stages = await readStageBook();
  const transcripts = new Map<string, Transcript | undefined>();
  const transcriptOf = (row: string): Transcript | undefined => {
    if (!transcripts.has(row)) transcripts.set(row, readQuietly(textOf(row), row));
    return transcripts.get(row);
  };
  return (release) => {
    if (!isRelease(release) || !shippedReleases().includes(release)) return undefined;
    const validators = new Map<SchemaFamily, Validator | undefined>();
    const validatorOf = (family: SchemaFamily): Validator | undefined => {
      if (!validators.has(family)) validators.set(family, openValidator(release, family));
      return validators.get(family);
    };
    return (row) => {
      const transcript = transcriptOf(row);
      if (transcript === undefined) return predictByName(row, release, validatorOf);
      const validator = validatorOf(familyOf(transcript, stages));
      return validator === undefined ? undefined : predictTranscript(transcript, release, validator);
    };
  };
}

/** A transcript that cannot be read predicts nothing; whoever runs or lints it is told why. */
function readQuietly(text: string | undefined, row: string): Transcript | undefined {
  if (text === undefined) return undefined;
  try {
    return readTranscript(text, row);
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

function openValidator(release: string, family: SchemaFamily): Validator | undefined {
  if (!shippedReleases(family).includes(release)) return undefined;
  const bundle = loadSchema(release, family);
  return isComplete(bundle) ? createValidator(bundle) : undefined;
}

function familyOf({ head }: Transcript, stages: StageBook): SchemaFamily {
  const program = stages.get(head.stage ?? 'bare')?.program;
  return program === undefined ? 'qmp' : familyOfProgram(program);
}

const UNKNOWN_NAMES: ReadonlySet<string> = new Set(['schema/unknown-command', 'schema/unknown-event']);

function predictTranscript(
  transcript: Transcript,
  release: string,
  validator: Validator,
): Prediction | undefined {
  const documented = isDocumentedIn(transcript, release);
  const required = transcript.head.requires?.releases;
  if (required !== undefined && !rangeHolds(parseReleaseRange(required), release)) {
    return { kind: 'absent', evidence: `requires releases ${required}`, documented };
  }
  const { findings, commands, events } = judgeTranscript(transcript, validator);
  const [first] = findings;
  if (first === undefined) {
    return commands.length + events.length === 0 ? undefined : { kind: 'fits', evidence: '', documented };
  }
  const absent = findings.find(({ rule }) => UNKNOWN_NAMES.has(rule));
  if (absent !== undefined) {
    return { kind: 'absent', evidence: `${absent.what} is not in the schema of ${release}`, documented };
  }
  const place = `message ${first.message}${first.pointer === '' ? '' : ` at ${first.pointer}`}`;
  const evidence = `the schema of ${release} refuses ${place}: ${first.what}; expected ${first.expected}`;
  return { kind: 'refused', evidence, documented };
}

/** `queries/<architecture>/<stage>/<command>`, `refusals/<module>/<command>`, `refusals/storage-daemon/<module>/<command>`. */
function predictByName(
  row: string,
  release: string,
  validatorOf: (family: SchemaFamily) => Validator | undefined,
): Prediction | undefined {
  const segments = row.split('/');
  const [suite, second] = segments;
  if ((suite !== 'queries' && suite !== 'refusals') || segments.length < 3 || second === 'envelope')
    return undefined;
  const command = segments.at(-1) ?? '';
  const validator = validatorOf(second === 'storage-daemon' ? 'qsd' : 'qmp');
  if (validator === undefined || validator.hasCommand(command)) return undefined;
  const evidence = `command ${command} is not in the schema of ${release}`;
  return { kind: 'absent', evidence, documented: false };
}
