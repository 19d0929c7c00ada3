import type { Allowance } from './allowances.ts';
import { judgeText } from './judge-text.ts';
import { kindOfMember, type MemberKind } from './member-kinds.ts';

interface LineAct {
  readonly allowance: Allowance;
  readonly what: string;
}

/** Commands of the human monitor that reach a network by themselves. */
const NETWORK_COMMANDS =
  /^(?:gdbserver|hostfwd_add|netdev_add|host_net_add|pci_add|usb_add|nbd_server_start|xen-.*)$/;

/**
 * Finds what a line of the human monitor would have a server do on its host. Its commands have no schema: each word is
 * judged, and each value of `name=value` in it.
 */
export function findActsOfLine(line: string): readonly LineAct[] {
  const words = line.match(/"(?:[^"\\]|\\.)*"|\S+/g) ?? [];
  const [command = '', ...rest] = words;
  const acts: LineAct[] = [];
  if (command === '') return acts;
  if (NETWORK_COMMANDS.test(command) && command !== 'nbd_server_start')
    acts.push({ allowance: 'network', what: `the line '${line}' of the human monitor` });
  if (
    /^(?:netdev_add|host_net_add)$/.test(command) &&
    /\b(?:tap|bridge|passt|cmd:|script=|helper=)/.test(line)
  )
    acts.push({ allowance: 'exec', what: `the line '${line}' of the human monitor` });
  if (
    /^(?:o|i|print|p|x|xp|info|help|\?|sendkey)$/.test(command) ||
    command.startsWith('o/') ||
    /^(?:x|xp|p|print|i)\//.test(command)
  )
    return acts;
  for (const word of rest) acts.push(...judgeWord(unquote(word), command));
  // One of a kind tells enough of a line.
  return acts.filter(({ allowance }, at) => acts.findIndex((one) => one.allowance === allowance) === at);
}

function judgeWord(word: string, command: string): readonly LineAct[] {
  const whole = judgeText(word, isAddressed(command) ? 'address' : 'file');
  const parts = word.split(',').flatMap((part) => {
    const [, name, value] = /^([\w.-]+)=(.*)$/s.exec(part) ?? [];
    if (name === undefined || value === undefined) return [judgeText(part, 'file')];
    return [judgeText(value, kindOfOption(name))];
  });
  return [whole, ...parts].flatMap((act) => {
    if (act === undefined) return [];
    if (act.kind === 'inner')
      return [{ allowance: 'paths' as const, what: `'${word}' in the human monitor` }];
    return [{ allowance: act.allowance, what: `${act.what}, in the human monitor` }];
  });
}

/** Options of the human monitor have other names than members of QMP; those that say more than a file name does count. */
function kindOfOption(name: string): MemberKind {
  const kind = kindOfMember(name.split('.').at(-1) ?? name);
  return kind === 'host' || kind === 'address' || kind === 'program' ? kind : 'file';
}

function isAddressed(command: string): boolean {
  return command === 'nbd_server_start';
}

function unquote(word: string): string {
  return word.startsWith('"') ? word.slice(1, -1).replaceAll(/\\(.)/gs, '$1') : word;
}
