/** A value of ChardevBackendKind over which no client can talk to a monitor. */
export interface ExcludedBackend {
  readonly backend: string;
  /** What the option `chardev` takes after the id, so that the back end says most. */
  readonly options: string;
  readonly reason: string;
  /**
   * What a build says that has it and refuses it here; any may say that it has none. A program that starts with its
   * monitor on it has no place to connect to.
   */
  readonly refusal?: RegExp;
}

/**
 * Why values of ChardevBackendKind (qapi/char.json) are no transports. `excluded-backends.test.ts` proves, for each
 * release, that every value is here or among the transports, and that each program does what is said of it.
 */
export const EXCLUDED_BACKENDS: readonly ExcludedBackend[] = [
  {
    backend: 'null',
    options: '',
    reason: 'takes all bytes and gives none',
  },
  {
    backend: 'ringbuf',
    options: '',
    reason: 'keeps what the monitor says for ringbuf-read, a command of another monitor; gives it nothing',
  },
  {
    backend: 'memory',
    options: '',
    reason: 'another name of ringbuf',
  },
  {
    backend: 'parallel',
    options: ',path=/dev/null',
    reason: 'a printer port of the host, written and never read as a stream',
    refusal: /not a parallel port/,
  },
  {
    backend: 'vc',
    options: '',
    reason: "a text console on the program's display: keys go in and pixels come out",
  },
  {
    backend: 'msmouse',
    options: '',
    reason: 'gives movements of a mouse and takes nothing',
  },
  {
    backend: 'wctablet',
    options: '',
    reason: 'gives movements of a pen, and takes commands of a tablet',
  },
  {
    backend: 'testdev',
    options: '',
    reason:
      'takes what is written for commands; a `q`, which the greeting has, ends the program without a word',
    refusal: /^(?:\S+: -mon \S+: warning: .*)?$/,
  },
  {
    backend: 'braille',
    options: '',
    reason: 'a braille display and its keys, reached by a service of the host',
    refusal: /brlapi__openConnection/,
  },
  {
    backend: 'console',
    options: '',
    reason: 'the console of Windows',
  },
  {
    backend: 'qemu-vdagent',
    options: '',
    reason: 'takes what is written for messages of an agent for the clipboard and the mouse',
  },
  {
    backend: 'dbus',
    options: ',name=org.qemu.monitor.qmp.0',
    reason:
      'a descriptor that a D-Bus client of a display `dbus` registers; without such a display nobody can',
  },
  {
    backend: 'spicevmc',
    options: ',name=vdagent',
    reason: 'a channel for an agent, a card reader or USB within a session of a SPICE client',
  },
  {
    backend: 'spiceport',
    options: ',name=org.qemu.monitor.qmp.0',
    reason: 'a channel within a session of a SPICE client, which needs a display `spice`',
    refusal: /spice not enabled/,
  },
];
