import { SetupError } from '../errors.ts';
import type { ProcessEnd } from '../results/verdict.ts';

/** The build does not have the transport. `reason` is what the program said, `end` how it ended over it. */
export class TransportLacking extends SetupError {
  constructor(
    readonly transport: string,
    readonly reason: string,
    readonly end: ProcessEnd,
  ) {
    super(`${transport}: ${reason}; expected a build that offers a monitor over it`);
  }
}

/** This machine does not have what the transport stands on. `reason` is what the machine said. */
export class TransportMissing extends SetupError {
  constructor(
    readonly transport: string,
    readonly reason: string,
    cause?: unknown,
  ) {
    super(`${transport}: ${reason}; expected a machine that has it`, { cause });
  }
}

/** How a program says that it was built without what was asked for; what is wrong otherwise is said otherwise. */
const LACKS: readonly RegExp[] = [
  /'[^']*' is not a valid char driver name/,
  /Invalid parameter '[^']*'/,
  /invalid object type: \S+/,
  /Parameter 'qom-type' does not accept value '[^']*'/,
  /\S+ not enabled/,
  /TLS credentials support requires GNUTLS/,
];

/** The program's own words for what its build lacks; `undefined` where it complains of something else. */
export function findLack(stderr: string): string | undefined {
  return stderr.split('\n').findLast((line) => LACKS.some((lack) => lack.test(line)));
}
