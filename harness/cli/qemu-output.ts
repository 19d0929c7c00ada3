/** Exit code where something around the command was missing. */
export const EXIT_SETUP = 3;

/** Every step on a terminal; in a log only what somebody must know. */
export function tell(subject: string, phase: string, detail: string): void {
  if (process.stderr.isTTY || phase === 'warning') process.stderr.write(`${subject}: ${phase}: ${detail}\n`);
}
