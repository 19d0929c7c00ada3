import type { QmpConnection } from '../../qmp/connection.ts';
import type { DialogueContext } from '../dialogue-state.ts';
import type { CaptureLine, CaptureScript } from './capture-line.ts';
import type { CaptureItem } from './capture-plan.ts';

/** Where a capture is performed, and by what it is judged. */
export interface CaptureContext extends Omit<DialogueContext, 'connection' | 'earlier'> {
  /** Opens a connection, and waits for nothing that the server sends. */
  readonly connect: (connection: number) => Promise<QmpConnection>;
  /** Called before a connection is closed by the client. */
  readonly settle?: ((connection: number) => Promise<void>) | undefined;
}

/** A capture that is being performed. */
export interface Capture {
  readonly context: CaptureContext;
  readonly script: CaptureScript;
  readonly lines: Map<number, CaptureLine>;
  readonly shared: Pick<CaptureLine, 'captures' | 'findings'>;
  /** What is to come before the client does anything further. */
  awaited: CaptureItem[];
  /** Names of events that have not come: others of the name are waited for only shortly. */
  readonly missing: Set<string>;
}
