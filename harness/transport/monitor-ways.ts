import { TCP_CLIENT, UNIX_CLIENT } from './client-ways.ts';
import { UDP } from './datagram-way.ts';
import { FILE, PIPE } from './fifo-ways.ts';
import { HUB, MUX, OBJECT } from './shared-ways.ts';
import { FD, TCP, TCP6, UNIX, UNIX_ABSTRACT } from './socket-ways.ts';
import { STDIO } from './stdio-way.ts';
import { PTY, SERIAL } from './terminal-ways.ts';
import type { Way } from './way.ts';
import { TELNET, TLS, WEBSOCKET } from './wrapped-socket-ways.ts';

/** The ways in which an emulator or a storage daemon offers a monitor. */
export const MONITOR_WAYS: readonly Way[] = [
  UNIX,
  UNIX_ABSTRACT,
  UNIX_CLIENT,
  TCP,
  TCP6,
  TCP_CLIENT,
  TELNET,
  WEBSOCKET,
  TLS,
  FD,
  STDIO,
  PIPE,
  FILE,
  PTY,
  SERIAL,
  UDP,
  MUX,
  HUB,
  OBJECT,
];
