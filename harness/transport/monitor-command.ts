import { SetupError } from '../errors.ts';
import type { QemuPrograms } from '../target/qemu-binary.ts';
import { baseArguments } from '../target/start-qemu.ts';
import { SENTINEL } from './sentinel.ts';
import type { Program } from './transport.ts';
import { MONITOR, type Offer } from './way.ts';

/** The programs whose monitor stands on a character device. */
export type MonitoredProgram = Exclude<Program, 'guest-agent'>;

/**
 * The words that start a program with its monitor offered.
 * @throws {SetupError} when there is no such program
 */
export function commandFor(
  program: MonitoredProgram,
  binary: QemuPrograms,
  { objects = [], chardevs, asObject, afterStart }: Offer,
  { args, pretty = false }: { readonly args?: readonly string[]; readonly pretty?: boolean },
): readonly string[] {
  // The storage daemon takes its options in order, and long ones only.
  const dash = program === 'system' ? '-' : '--';
  const sentinel = `socket,id=${SENTINEL},fd=3`;
  return [
    ...programWords(program, binary, args),
    ...objects.flatMap((object) => [`${dash}object`, object]),
    ...chardevs.flatMap((chardev) => [`${dash}chardev`, chardev]),
    ...(asObject === true ? objectWords(dash, pretty) : monitorWords(program, MONITOR, pretty)),
    ...(afterStart === true ? [`${dash}chardev`, sentinel, ...monitorWords(program, SENTINEL, false)] : []),
  ];
}

function programWords(
  program: MonitoredProgram,
  { command, dataArgs, storageDaemon, path }: QemuPrograms,
  args: readonly string[] | undefined,
): readonly string[] {
  if (program === 'system')
    return [...command, ...dataArgs, ...(args ?? [...baseArguments('tcg'), '-machine', 'none'])];
  if (storageDaemon === undefined) throw new SetupError(`${path}: no storage daemon is with it`);
  return [...storageDaemon, ...(args ?? [])];
}

function objectWords(dash: string, pretty: boolean): readonly string[] {
  return [`${dash}object`, `monitor-qmp,id=${MONITOR}-object,chardev=${MONITOR}${layout(pretty)}`];
}

function monitorWords(program: MonitoredProgram, id: string, pretty: boolean): readonly string[] {
  return program === 'system'
    ? ['-mon', `chardev=${id},mode=control${layout(pretty)}`]
    : ['--monitor', `chardev=${id}${layout(pretty)}`];
}

function layout(pretty: boolean): string {
  return pretty ? ',pretty=on' : '';
}
