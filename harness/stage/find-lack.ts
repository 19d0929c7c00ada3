/** How QEMU says that a build does not have what its command line asks for; from 5.2 to 11.1 in the same words. */
const LACKS: readonly RegExp[] = [
  /'[^']*' is not a valid (?:device model|char driver) name/,
  /There is no option group '[^']*'/,
  /unsupported machine type/i,
  /Parameter '(?:qom-type|type|driver)' does not accept value '[^']*'/,
  /: invalid option$/m,
  /invalid object type: /,
  /invalid accelerator/,
];

/**
 * The line of stderr with which a QEMU that did not start says that its build lacks a device, machine, option or
 * object. `undefined` for every other reason: that is a stage that cannot be set up, not one that does not apply.
 */
export function findLack(stderr: string): string | undefined {
  return stderr
    .split('\n')
    .find((line) => LACKS.some((lack) => lack.test(line)))
    ?.replace(/^\S*qemu-system-[^:]*: /, '');
}
