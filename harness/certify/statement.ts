import { basename } from 'node:path';
import type { JsonValue } from '../json/value.ts';
import { listAt, memberAt, objectFrom, textAt, textFrom, wordAt } from '../results/shape.ts';
import type { TargetFacts } from '../results/verdict.ts';
import type { Score, Standing } from './standing.ts';

const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1';
const PREDICATE_TYPE = 'https://in-toto.io/attestation/test-result/v0.1';

/** What a digest is of. */
export interface Described {
  readonly name: string;
  readonly digest: { readonly sha256: string };
}

/** An in-toto Statement 1.0 with the predicate Test Result 0.1, in the published names. */
export interface Statement {
  readonly _type: string;
  readonly subject: readonly Described[];
  readonly predicateType: string;
  readonly predicate: {
    readonly result: Score['result'];
    /** The files of the bundle. */
    readonly configuration: readonly Described[];
    readonly passedTests: readonly string[];
    readonly warnedTests: readonly string[];
    readonly failedTests: readonly string[];
  };
}

const WARNED: ReadonlySet<Standing> = new Set(['erratum', 'waived', 'untestable']);

/** What is stated of a target: that its verdicts, and nothing else, are in the files of the bundle. */
export function statementOf(
  target: Pick<TargetFacts, 'where' | 'digest'>,
  materials: readonly Described[],
  { result, standings }: Pick<Score, 'result' | 'standings'>,
): Statement {
  const testsWith = (isMeant: (standing: Standing) => boolean): readonly string[] =>
    [...standings].flatMap(([row, standing]) => (isMeant(standing) ? [row] : [])).sort();
  return {
    _type: STATEMENT_TYPE,
    subject: [{ name: basename(target.where), digest: { sha256: target.digest ?? '' } }],
    predicateType: PREDICATE_TYPE,
    predicate: {
      result,
      configuration: materials,
      passedTests: testsWith((standing) => standing === 'passed'),
      warnedTests: testsWith((standing) => WARNED.has(standing)),
      failedTests: testsWith((standing) => standing === 'failed'),
    },
  };
}

/** A statement as it is signed. */
export function writeStatement(statement: Statement): string {
  return JSON.stringify(statement);
}

/** Reads a statement. @throws {ShapeError} for one of another type, too */
export function statementFromJson(value: JsonValue): Statement {
  const object = objectFrom(value);
  const predicate = objectFrom(memberAt(object, 'predicate'));
  wordAt(object, '_type', [STATEMENT_TYPE]);
  wordAt(object, 'predicateType', [PREDICATE_TYPE]);
  return {
    _type: STATEMENT_TYPE,
    subject: listAt(object, 'subject', describedFrom),
    predicateType: PREDICATE_TYPE,
    predicate: {
      result: wordAt(predicate, 'result', ['PASSED', 'WARNED', 'FAILED']),
      configuration: listAt(predicate, 'configuration', describedFrom),
      passedTests: listAt(predicate, 'passedTests', textFrom),
      warnedTests: listAt(predicate, 'warnedTests', textFrom),
      failedTests: listAt(predicate, 'failedTests', textFrom),
    },
  };
}

function describedFrom(value: JsonValue): Described {
  const object = objectFrom(value);
  return {
    name: textAt(object, 'name'),
    digest: { sha256: textAt(objectFrom(memberAt(object, 'digest')), 'sha256') },
  };
}
