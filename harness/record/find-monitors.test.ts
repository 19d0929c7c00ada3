import { expect } from 'chai';
import { InputError } from '../errors.ts';
import { leadMonitors, withoutMonitors } from './find-monitors.ts';

const PATH = '/private/monitor-0';

/** Arguments, what the program gets instead, and where the clients come. */
const LED: readonly (readonly [args: string, led: string, listen: object])[] = [
  ['-qmp unix:a,server=on,wait=off', `-qmp unix:${PATH},server=on,wait=off`, { kind: 'unix', path: 'a' }],
  ['-qmp unix:a,server,nowait', `-qmp unix:${PATH},server,nowait`, { kind: 'unix', path: 'a' }],
  ['--qmp unix:/x/a,server=on', `--qmp unix:${PATH},server=on`, { kind: 'unix', path: '/x/a' }],
  ['-qmp-pretty unix:a,server=yes', `-qmp-pretty unix:${PATH},server=yes`, { kind: 'unix', path: 'a' }],
  ['-qmp unix:a,,b,server=on', `-qmp unix:${PATH},server=on`, { kind: 'unix', path: 'a,b' }],
  [
    '-qmp tcp:127.0.0.1:4444,server=on,wait=off,nodelay=on,ipv4=on',
    `-qmp unix:${PATH},server=on,wait=off`,
    { kind: 'tcp', host: '127.0.0.1', port: 4444 },
  ],
  ['-qmp tcp::4444,server=on', `-qmp unix:${PATH},server=on`, { kind: 'tcp', host: '', port: 4444 }],
  ['-qmp tcp:[::1]:4444,server=on', `-qmp unix:${PATH},server=on`, { kind: 'tcp', host: '::1', port: 4444 }],
  [
    '-chardev socket,id=m,path=a,server=on,wait=off -mon chardev=m,mode=control,pretty=on',
    `-chardev socket,path=${PATH},id=m,server=on,wait=off -mon chardev=m,mode=control,pretty=on`,
    { kind: 'unix', path: 'a' },
  ],
  [
    '-mon m,mode=control -chardev socket,id=m,host=localhost,port=5,server,logfile=l',
    `-mon m,mode=control -chardev socket,path=${PATH},id=m,server,logfile=l`,
    { kind: 'tcp', host: 'localhost', port: 5 },
  ],
  [
    '-chardev socket,id=m,fd=25,server=on,wait=off -mon chardev=m,id=n,mode=control',
    `-chardev socket,path=${PATH},id=m,server=on,wait=off -mon chardev=m,id=n,mode=control`,
    { kind: 'fd', fd: 25 },
  ],
  [
    '--chardev=socket,id=m,path=a,server=on --monitor=chardev=m',
    `--chardev=socket,path=${PATH},id=m,server=on --monitor=chardev=m`,
    { kind: 'unix', path: 'a' },
  ],
];

const NONE: readonly string[] = [
  '',
  '-S -display none',
  '-monitor stdio',
  '-monitor unix:a,server=on',
  '-chardev socket,id=m,path=a,server=on -mon chardev=m,mode=readline',
  '-chardev socket,id=m,path=a,server=on -mon chardev=m',
  '-chardev socket,id=serial,path=a,server=on -serial chardev:serial',
  '-append -qmpx',
];

const REFUSED: readonly (readonly [args: string, message: RegExp])[] = [
  ['-qmp stdio', /'-qmp stdio': a monitor that is no socket; expected unix:PATH,server=on,wait=off/],
  ['-qmp pty', /no socket/],
  ['-qmp', /no socket/],
  ['-qmp unix:a', /'-qmp unix:a': there the program connects by itself; expected 'server=on'/],
  ['-qmp unix:a,server=off', /expected 'server=on'/],
  ['-qmp tcp:h:1,server=on,telnet=on', /'telnet'; expected a plain socket/],
  ['-qmp tcp:h:0,server=on', /port '0'; expected a number from 1 to 65535/],
  ['-qmp tcp:h,server=on', /port ''/],
  ['-qmp unix:a,server=on,abstract=on', /'abstract'; expected a plain socket/],
  ['-chardev socket,id=m,fd=3 -mon chardev=m,mode=control', /expected 'server=on'/],
  ['-chardev socket,id=m,fd=a,server=on -mon chardev=m,mode=control', /fd 'a'; expected a number/],
  ['-chardev socket,id=m,host=h,port=1,server=on,tls-creds=t -mon m,mode=control', /'tls-creds'/],
  ['-chardev pty,id=m -mon chardev=m,mode=control', /'-chardev pty,id=m': a monitor that is no socket/],
  ['-mon chardev=m,mode=control', /there is no '-chardev' with the id 'm'/],
  ['-daemonize -qmp unix:a,server=on', /'-daemonize'.*would outlive its recording/],
];

describe('finding the monitors of a command line', () => {
  const words = (args: string): readonly string[] => [
    'qemu',
    ...args.split(' ').filter((word) => word !== ''),
  ];
  for (const [args, led, listen] of LED) {
    it(`leads ${args}`, () => {
      const found = leadMonitors(words(args), '/private');
      expect(found.command.join(' ')).to.equal(`qemu ${led}`);
      expect(found.monitors).to.deep.equal([{ listen, path: PATH }]);
    });
  }
  for (const args of NONE) {
    it(`finds none in '${args}'`, () => {
      expect(leadMonitors(words(args), '/private')).to.deep.equal({ command: words(args), monitors: [] });
    });
  }
  for (const [args, message] of REFUSED) {
    it(`refuses ${args}`, () => {
      expect(() => leadMonitors(words(args), '/private')).to.throw(InputError, message);
    });
  }
  it('leads each of several, each once', () => {
    const args =
      '-qmp unix:a,server=on -chardev socket,id=m,path=b,server=on -mon m,mode=control -mon m,mode=control';
    const { monitors } = leadMonitors(words(args), '/private');
    expect(monitors.map(({ path }) => path)).to.deep.equal(['/private/monitor-0', '/private/monitor-1']);
  });
});

/** Arguments, and what is left of them. */
const WITHOUT: readonly (readonly [args: string, left: string])[] = [
  ['', ''],
  ['-S -qmp unix:a,server=on -display none', '-S -display none'],
  ['-S --qmp=unix:a,server=on', '-S'],
  ['-chardev socket,id=m,path=a,server=on -S -mon chardev=m,mode=control', '-S'],
  [
    '--chardev=socket,id=m,path=a,server=on --monitor=chardev=m --blockdev null-co,node-name=n',
    '--blockdev null-co,node-name=n',
  ],
  [
    '-chardev socket,id=h,path=a,server=on -mon chardev=h,mode=readline -qmp stdio',
    '-chardev socket,id=h,path=a,server=on -mon chardev=h,mode=readline',
  ],
  [
    '-monitor stdio -chardev null,id=m -serial chardev:m',
    '-monitor stdio -chardev null,id=m -serial chardev:m',
  ],
];

describe('withoutMonitors', () => {
  for (const [args, left] of WITHOUT) {
    it(`leaves '${left}' of '${args}'`, () => {
      const words = (text: string): readonly string[] => [
        'qemu',
        ...text.split(' ').filter((word) => word !== ''),
      ];
      expect(withoutMonitors(words(args))).to.deep.equal(words(left));
    });
  }
});
