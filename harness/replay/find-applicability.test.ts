import { expect } from 'chai';
import { judgeTranscript } from '../lint/judge-transcript.ts';
import { createValidator } from '../json-schema/validator.ts';
import { readTranscript } from '../transcript/read-transcript.ts';
import { loadSchema } from '../json-schema/load-schema.ts';
import { findApplicability, type Applicability } from './find-applicability.ts';

const BODY = '-> { "execute": "query-status" }\n';

function applicabilityOf(head: string, version: string, venue: 'qemu' | 'endpoint' = 'qemu'): Applicability {
  const transcript = readTranscript(`---\nid: a\n${head}---\n${BODY}`, 'a.qmp');
  const judgement = judgeTranscript(transcript, createValidator(loadSchema('10.0')));
  const commands = new Set(['query-status']);
  const scope = {
    version,
    architecture: 'x86_64',
    accelerator: 'tcg',
    commands,
    events: new Set<string>(),
    complete: true,
  };
  return findApplicability(transcript, judgement, scope, venue);
}

describe('findApplicability', () => {
  const list = 'missing:\n  - { releases: "-5.2", state: first }\n  - { releases: "10.0", state: second }\n';
  const missing: readonly (readonly [head: string, version: string, state: string | undefined])[] = [
    ['', '10.0.0', undefined],
    ['missing: nowhere\n', '5.2.0', 'nowhere'],
    ['missing: nowhere\n', '11.1.2', 'nowhere'],
    [list, '5.2.0', 'first'],
    [list, '7.2.22', undefined],
    [list, '10.0.13', 'second'],
    [list, '10.1.0', undefined],
  ];
  for (const [head, version, state] of missing) {
    const words = state === undefined ? 'is performed' : 'is untestable';
    it(`${words} on ${version}: ${head.replaceAll('\n', ' ')}`, () => {
      expect(applicabilityOf(head, version)).to.deep.equal(
        state === undefined ? { kind: 'perform' } : { kind: 'untestable', missing: state },
      );
    });
  }

  const changes: readonly string[] = [
    'descriptors: [{ at: /0, file: a }]\n',
    'prepare: [{ execute: stop, releases: "5.2" }]\n',
    'stage: vnc\n',
  ];
  for (const head of changes) {
    it(`keeps away from an endpoint: ${head}`, () => {
      expect(applicabilityOf(head, '10.0.0', 'endpoint')).to.have.property('kind', 'not-applicable');
      expect(applicabilityOf(head, '10.0.0')).to.have.property('kind', 'perform');
    });
  }
});
