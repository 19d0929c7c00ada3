import { expect } from 'chai';
import { defaultRedactRules } from './default-rules.ts';
import { createRedactor, type Redactor } from './redactor.ts';

const RULES = defaultRedactRules();
const redactor = (): Redactor => createRedactor(RULES);

/** A command, by its name and the text of its arguments. */
const command = (name: string, given: string): string => `{"execute":"${name}","arguments":${given}}`;

const R = '(redacted)';

describe('redactPart', () => {
  const rows: readonly (readonly [text: string, then: string])[] = [
    [
      '{"execute":"set_password","arguments":{"password":"hun',
      `{"execute":"set_password","arguments":{"password":"${R}`,
    ],
    [
      '{"execute":"object-add","arguments":{"qom-type":"secret","data":"hun',
      `{"execute":"object-add","arguments":{"qom-type":"secret","data":"${R}`,
    ],
    ['{"password":"a\\', `{"password":"${R}`],
    ['{"password":', '{"password":'],
    ['{"passw', '{"passw'],
    ['{"password": hunter2 x, "b": 1', `{"password": ${R} ${R}, "b": 1`],
    ["{'password': 'x', 'b': 'y'", `{'password': '${R}', 'b': 'y'`],
    ['{"password":{"a":["b",{"c":"d"}]},"e":"f"', `{"password":{"a":["${R}",{"c":"${R}"}]},"e":"f"`],
    ['{"keys":["a","b"', `{"keys":["${R}","${R}"`],
    ['{"event":"X","data":{"a":"b"', '{"event":"X","data":{"a":"b"'],
    ['sword":"x","b":"y"}', `sword":"${R}","b":"y"}`],
    ['ter2","b":"y"}', `${R}","b":"y"}`],
    ['"x":"y"}', `"x":"y"}`],
    ['password=hunter2 b', `password=${R} b`],
    ['] } ] } , : {"password":"x"', `] } ] } , : {"password":"${R}"`],
    ['https://a:b@c/d', `https://${R}@c/d`],
    ['', ''],
    ['\u0000\u00ff"', '\u0000\u00ff"'],
  ];
  for (const [text, then] of rows)
    it(JSON.stringify(text), () => expect(redactor().redactPart(text)).to.equal(then));

  it('shows nothing of a secret member, wherever a message is cut off', () => {
    const text = command('set_password', '{"protocol":"vnc","password":"Zx9Kq"}');
    const from = text.indexOf('Zx9Kq');
    for (let end = from + 1; end <= text.length; end++)
      expect(redactor().redactPart(text.slice(0, end)), String(end)).not.to.contain('Z');
  });

  it('remembers what it has seen', () => {
    const own = redactor();
    own.redactPart('{"password":"hunter2", oops');
    expect(own.redactMessage('{"return":"hunter2"}', '<-', 0)).to.equal(`{"return":"${R}"}`);
  });

  it('takes linear time, and so does every message', function () {
    this.timeout(60_000);
    const pieces = [
      '"',
      '{',
      '\\',
      '"a":',
      'password=',
      '://',
      'a://',
      'a@',
      'rbd:',
      'rbd:key=',
      'json:{"',
      '?a=',
      'a',
      '/',
      '1:',
    ];
    for (const piece of pieces) {
      const text = piece.repeat(200_000 / piece.length);
      const own = createRedactor(RULES, { standIns: true });
      const start = process.cpuUsage().user;
      own.redactPart(text);
      own.redactMessage(
        command('human-monitor-command', JSON.stringify({ 'command-line': text, host: text })),
        '->',
        0,
      );
      own.redactMessage(command('guest-exec', JSON.stringify({ arg: [text], password: 'x' })), '->', 0);
      // Squared, each takes minutes.
      expect((process.cpuUsage().user - start) / 1e6, piece).to.be.below(5);
    }
  });
});
