import { expect } from 'chai';
import { InputError } from '../errors.ts';
import type { SchemaFamily } from '../qapi/model.ts';
import { readTranscript } from '../transcript/read-transcript.ts';
import { checkRecordings, newestRelease } from './check-recordings.ts';
import { reachesLevel, type CheckReport } from './check-report.ts';

const HEAD = '---\nid: wire/x\n---\n';

function check(
  body: string,
  releases: readonly string[] | 'all' = ['11.1'],
  family?: SchemaFamily,
): CheckReport {
  const text = HEAD + body;
  const recording = { text, transcript: readTranscript(text, 'x.qmp') };
  return checkRecordings([recording], { releases, ...(family !== undefined && { family }) });
}

/** One line for each finding, without its file. */
function lines(report: CheckReport): readonly string[] {
  return report.findings.map(({ line, rule, path, what, since, instead, meant }) =>
    [`${line} ${rule} ${path}: ${what}`, since, instead && `instead ${instead}`, meant && `meant ${meant}`]
      .filter((part) => part !== undefined)
      .join('; '),
  );
}

describe('checkRecordings', function () {
  this.timeout(30_000);
  type Row = readonly [release: string, body: string, ...findings: readonly string[]];
  const sent: readonly Row[] = [
    [
      '11.1',
      '-> {"execute":"query-cpus"}',
      '4 sent/removed query-cpus: no such command; removed in 6.0, deprecated since 2.12',
    ],
    ['5.2', '-> {"execute":"query-cpus"}', '4 sent/deprecated query-cpus: deprecated; since 2.12'],
    ['2.11', '-> {"execute":"query-cpus"}'],
    [
      '11.1',
      '-> {"execute":"query-statsu"}',
      '4 sent/unknown query-statsu: no such command; no release has it; meant query-stats',
    ],
    [
      '7.2',
      '-> {"execute":"query-cpu-frob"}',
      '4 sent/unknown query-cpu-frob: no such command; no release has it',
    ],
    [
      '2.12',
      '-> {"execute":"blockdev-reopen"}',
      '4 sent/unknown blockdev-reopen: no such command; comes with 6.1',
    ],
    [
      '11.1',
      '-> {"execute":"x-blockdev-reopen"}',
      '4 sent/removed x-blockdev-reopen: no such command; removed in 6.1; instead blockdev-reopen',
    ],
    [
      '11.1',
      '-> {"execute":"migrate","arguments":{"uri":"x","blk":true}}',
      '4 sent/removed migrate/arguments/blk: no such member; removed in 9.1, deprecated since 8.2',
    ],
    [
      '9.0',
      '-> {"execute":"migrate","arguments":{"uri":"x","blk":true}}',
      '4 sent/deprecated migrate/arguments/blk: deprecated; since 8.2',
    ],
    ['8.1', '-> {"execute":"migrate","arguments":{"uri":"x","blk":true}}'],
    [
      '11.1',
      '-> {"execute":"migrate","arguments":{"uri":"x","blok":true}}',
      '4 sent/unknown migrate/arguments/blok: no such member; no release has it',
    ],
    [
      '11.1',
      '-> {"execute":"stop","arguments":{"x":1}}',
      '4 sent/unknown stop/arguments/x: no such member; no release has it',
    ],
    [
      '11.1',
      '-> {"execute":"device_del"}',
      '4 sent/missing device_del/arguments/id: is missing, and not optional',
    ],
    [
      '11.1',
      '-> {"execute":"device_del","arguments":{"id":5}}',
      '4 sent/wrong device_del/arguments/id: number 5; expected a string',
    ],
    [
      '11.1',
      '-> {"execute":"set-action","arguments":{"reboot":"resett"}}',
      "4 sent/unknown set-action/arguments/reboot: no value 'resett'; no release has it; meant reset",
    ],
    [
      '10.2',
      '-> {"execute":"balloon","arguments":{"value":9223372036854775808}}',
      '4 sent/wrong balloon/arguments/value: number 9223372036854775808; expected an integer of at most 9223372036854775807',
    ],
    [
      '11.1',
      '-> {"execute":"blockdev-add","arguments":{"driver":"qcow2","file":{"driver":"sheepdog"}}}',
      "4 sent/removed blockdev-add/arguments/file/driver: no value 'sheepdog'; removed in 6.1, deprecated since 5.2",
    ],
    [
      '10.2',
      '-> {"execute":"blockdev-add","arguments":{"driver":"raw","file":{"driver":"raw","file":{"driver":"gluster","volume":"v","path":"p","server":[]}}}}',
      "4 sent/deprecated blockdev-add/arguments/file/file/driver: value 'gluster' is deprecated; since 9.2",
    ],
    [
      '11.1',
      '-> {"execute":"object-add","arguments":{"qom-type":"iothread","id":"i","props":{}}}',
      '4 sent/removed object-add/arguments/props: no such member; removed in 6.0, deprecated since 5.0',
    ],
    ['11.1', '-> {"exec-oob":"stop"}', "4 sent/wrong stop: 'stop' out of band; expected 'execute'"],
    ['10.2', '-> {"execute":"x-query-jit"}', '4 sent/unstable x-query-jit: unstable; since 6.2'],
    [
      '11.1',
      '-> {"execute":"stop","x":1}',
      "4 sent/wrong stop/x: member 'x'; expected members execute, exec-oob, arguments, id",
    ],
    ['11.1', '-> {"x":1}', '4 sent/no-command '],
    ['11.1', '->? {"execute": }', '4 sent/no-command '],
    ['11.1', '->x ff'],
    ['11.1', '-> {"execute":"device_add","arguments":{"driver":"x","anything":{"goes":1}}}'],
    ['11.1', '-> {"execute":"qmp_capabilities","arguments":{"enable":["oob"]},"id":[1]}'],
    ['11.1', '-> { "execute": "migrate", "arguments": { ... } }'],
  ];
  for (const [release, body, ...findings] of sent)
    it(`${release}: ${body}`, () => {
      const got = lines(check(`${body}\n`, [release]));
      expect(
        got.map((line, at) =>
          line.slice(0, findings[at]?.endsWith(' ') === true ? findings[at].length : Infinity),
        ),
      ).to.deep.equal(findings);
    });

  const received: readonly Row[] = [
    [
      '11.1',
      '-> {"execute":"query-status"}\n<- {"return":{"status":"running","running":true,"singlestep":false}}',
      '5 received/gone query-status/return/singlestep: no such member; removed in 9.0, deprecated since 8.1',
    ],
    ['7.2', '-> {"execute":"query-status"}\n<- {"return":{"status":"running","running":true}}'],
    [
      '11.1',
      '<- {"event":"MEM_UNPLUG_ERROR","data":{"device":"d","msg":"m"},"timestamp":{"seconds":1,"microseconds":1}}',
      '4 received/gone MEM_UNPLUG_ERROR: no such event; removed in 9.1, deprecated since 6.2',
    ],
    [
      '11.1',
      '-> {"execute":"query-status"}\n<- {"return":{"status":"walking","running":true}}',
      "5 received/gone query-status/return/status: no value 'walking'; no release has it",
    ],
    [
      '11.1',
      '-> {"execute":"query-status"}\n<- {"return":{"status":5,"running":true}}',
      '5 received/other query-status/return/status: number 5; expected a string',
    ],
    [
      '11.1',
      '-> {"execute":"query-cpus"}\n<- {"return":[{"CPU":0}]}',
      '4 sent/removed query-cpus: no such command; removed in 6.0, deprecated since 2.12',
    ],
    ['11.1', '<- {"return":{"nobody":"asked"}}'],
    [
      '11.1',
      '<- {"QMP":{"version":{"qemu":{"major":1,"minor":0,"micro":0},"package":"","old":1},"capabilities":[]}}',
    ],
  ];
  for (const [release, body, ...findings] of received)
    it(`received, ${release}: ${body}`, () =>
      expect(lines(check(`${body}\n`, [release]))).to.deep.equal(findings));

  it('does not blame a client for what was refused when it was recorded', () => {
    const refusal = '<- {"error":{"class":"CommandNotFound","desc":"x"}}\n';
    const report = check(`-> {"execute":"nothing-like-this"}\n${refusal}-> {"execute":"nor-this"}\n`);
    expect(report.findings.map(({ rule }) => rule)).to.deep.equal(['sent/refused', 'sent/unknown']);
    expect(report.findings[0]?.what).to.equal('no such command (it was refused when it was recorded, too)');
  });

  it('finds the command of a response by its id, on its connection', () => {
    const report = check(
      '1-> {"execute":"stop","id":1}\n1-> {"execute":"query-status","id":2}\n2-> {"execute":"cont"}\n' +
        '1<- {"return":{"status":"x","running":true},"id":2}\n1<- {"return":{},"id":1}\n2<- {"return":{}}\n',
    );
    expect(lines(report)).to.deep.equal([
      "7 received/gone query-status/return/status: no value 'x'; no release has it",
    ]);
  });

  it('tells the same finding once, and how often it comes', () => {
    const report = check(
      ['a', 'b', 'c']
        .map((id) => `-> {"execute":"migrate","arguments":{"uri":"${id}","blk":true},"id":"${id}"}\n`)
        .join(''),
      ['10.0', '11.1'],
    );
    expect(report.findings.map(({ line, count, releases }) => [line, count, releases])).to.deep.equal([
      [4, 3, ['10.0', '11.1']],
    ]);
    expect(report).to.include({ files: 1, messages: 3 });
  });

  it('says which releases take a command', () => {
    const report = check(
      '-> {"execute":"query-cpus"}\n-> {"execute":"stop"}\n-> {"execute":"stop"}\n',
      'all',
    );
    expect(report.commands).to.deep.equal([
      {
        family: 'qmp',
        command: 'query-cpus',
        count: 1,
        accepted: '0.14-2.11',
        deprecated: '2.12-5.2',
        refused: '6.0-11.1',
      },
      { family: 'qmp', command: 'stop', count: 2, accepted: '0.14-11.1', deprecated: '', refused: '' },
    ]);
  });

  it('agrees with what each release is', () => {
    // The first message ever recorded by libvirt is taken by every release since its second.
    const [standing] = check('-> {"execute":"qmp_capabilities","id":"libvirt-1"}\n', 'all').commands;
    expect(standing).to.include({ accepted: '0.14-11.1', refused: '' });
  });

  it('takes the family that a connection looks like', () => {
    const agent = '1-> {"execute":"guest-ping"}\n1<- {"return":{}}\n';
    expect(check(`${agent}-> {"execute":"stop"}\n`).findings).to.deep.equal([]);
    expect(lines(check(agent, ['11.1'], 'qmp'))).to.have.length(1);
    expect(lines(check('-> {"execute":"stop"}\n', ['11.1'], 'qsd'))).to.have.length(1);
    expect(lines(check('-> {"execute":"guest-ping"}\n-> {"execute":"stop"}\n'))).to.have.length(1);
  });

  const places: readonly (readonly [body: string, marked: string, line: number])[] = [
    ['-> {"execute":"query-cpus"}', '"execute"', 4],
    ['@0.5 12->   {"execute":"migrate","arguments":{"uri":"x","blk":true}}', '"blk"', 4],
    ['# note\n\n-> {"execute":"stop",\n    "arguments": {  "x": 1}}', '"x"', 7],
    ['-> {"execute":"device_del"}', '{', 4],
    ['-> {"execute":"device_del","arguments":{}}', '{}', 4],
  ];
  for (const [body, marked, line] of places)
    it(`tells the place of ${marked} in ${JSON.stringify(body)}`, () => {
      const [finding] = check(`${body}\n`).findings;
      const row = body.split('\n')[line - 4] ?? '';
      expect([finding?.line, finding?.column]).to.deep.equal([line, row.indexOf(marked) + 1]);
    });

  it('refuses a release that there is no schema of', () =>
    expect(() => check('-> {"execute":"stop"}\n', ['3.7'])).to.throw(
      InputError,
      "no qmp schema of release '3.7'",
    ));

  it('knows the newest release', () => expect(newestRelease()).to.equal('11.1'));

  it('reaches a level', () => {
    const of = (body: string, release: string): CheckReport => check(body, [release]);
    expect(reachesLevel(of('-> {"execute":"stop"}\n', '11.1'), 'warning')).to.equal(false);
    expect(reachesLevel(of('-> {"execute":"query-cpus"}\n', '5.2'), 'warning')).to.equal(true);
    expect(reachesLevel(of('-> {"execute":"query-cpus"}\n', '5.2'), 'error')).to.equal(false);
    expect(reachesLevel(of('-> {"execute":"query-cpus"}\n', '6.0'), 'error')).to.equal(true);
  });
});
