import { QMP_SERVERS, type Check, type Server } from '../check.ts';

/** All servers. */
export const ALL: readonly Server[] = [...QMP_SERVERS, 'guest-agent'];

/** What most rows have in common: it is demanded, of every server, in command mode. */
export type Row = Omit<Check, 'level' | 'on' | 'start'> & Partial<Pick<Check, 'level' | 'on' | 'start'>>;

/** A check of what a row says, and of what most rows have in common. */
export function check(row: Row): Check {
  return { level: 'must', on: ALL, start: 'negotiated', ...row };
}
