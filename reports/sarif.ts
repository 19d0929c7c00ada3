import { oneLine } from './text.ts';

/** How grave SARIF calls a finding. */
export type SarifLevel = 'error' | 'warning' | 'note';

/** One kind of finding. */
export interface SarifRule {
  readonly id: string;
  /** What it means, in a sentence without a full stop. */
  readonly text: string;
  /** More of the same, with where it is written down. */
  readonly help?: string;
  /** Of its findings, unless they say otherwise. */
  readonly level?: SarifLevel;
}

/** One finding. */
export interface SarifResult {
  /** The id of one of the rules. */
  readonly rule: string;
  readonly level: SarifLevel;
  readonly message: string;
  /** Where it is written, the file relative to the tree that was looked at. */
  readonly place?: { readonly file: string; readonly line: number } | undefined;
  /** What it is about, by name: definitions, members, paths on the wire. */
  readonly subjects: readonly string[];
  /** What the subjects are, in SARIF's words; `member` where nothing is said. */
  readonly kind?: string;
  /** By it a viewer knows the same finding again, wherever its line has moved. Another `form` is not compared. */
  readonly fingerprint: { readonly form: string; readonly value: string };
  readonly properties?: object;
}

/** Something about the run itself that a reader of its findings must know. */
export interface SarifNotification {
  readonly level: SarifLevel;
  readonly message: string;
}

/** How the program fared that looked for findings; not told where it cannot but succeed. */
export interface SarifInvocation {
  readonly succeeded: boolean;
  readonly exitCode: number;
  readonly notifications: readonly SarifNotification[];
}

/** Findings of one run, with all rules that were looked for. */
export interface SarifRun {
  /** Of the program that made it. */
  readonly version: string;
  readonly rules: readonly SarifRule[];
  readonly results: readonly SarifResult[];
  readonly invocation?: SarifInvocation;
  readonly properties?: object;
}

/** Findings as SARIF 2.1.0 (OASIS, "Static Analysis Results Interchange Format"), for viewers. Ends with a line end. */
export function writeSarif({ version, rules, results, invocation, properties }: SarifRun): string {
  const indexes = new Map(rules.map(({ id }, index) => [id, index]));
  const run = {
    tool: { driver: { name: 'qmp-conformance', version, rules: rules.map(ruleInSarif) } },
    ...(invocation && { invocations: [invocationInSarif(invocation)] }),
    results: results.map((result) => resultInSarif(result, indexes.get(result.rule) ?? -1)),
    ...(properties && { properties }),
  };
  const log = { $schema: 'https://json.schemastore.org/sarif-2.1.0.json', version: '2.1.0', runs: [run] };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function ruleInSarif({ id, text, help, level }: SarifRule): object {
  return {
    id,
    shortDescription: { text },
    ...(help !== undefined && { help: { text: help } }),
    ...(level && { defaultConfiguration: { level } }),
  };
}

function invocationInSarif({ succeeded, exitCode, notifications }: SarifInvocation): object {
  return {
    executionSuccessful: succeeded,
    exitCode,
    toolExecutionNotifications: notifications.map(({ level, message }) => ({
      level,
      message: { text: oneLine(message) },
    })),
  };
}

function resultInSarif(result: SarifResult, ruleIndex: number): object {
  const { rule, level, message, place, subjects, kind = 'member', fingerprint, properties } = result;
  return {
    ruleId: rule,
    ruleIndex,
    level,
    message: { text: oneLine(message) },
    locations: [
      {
        ...(place && {
          physicalLocation: {
            artifactLocation: { uri: relativeUri(place.file) },
            region: { startLine: place.line },
          },
        }),
        logicalLocations: [...new Set(subjects)].map((name) => ({ fullyQualifiedName: name, kind })),
      },
    ],
    partialFingerprints: { [fingerprint.form]: fingerprint.value },
    ...(properties && { properties }),
  };
}

/** A path as a relative reference of RFC 3986: no character of it can be taken for a scheme, a query or a fragment. */
function relativeUri(file: string): string {
  return file.toWellFormed().split('/').map(encodeURIComponent).join('/');
}
