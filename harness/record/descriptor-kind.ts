import { fstatSync } from 'node:fs';
import type { DescriptorKind } from '../transcript/transcript.ts';

/** What a descriptor refers to, as fstat(2) tells. */
export function descriptorKind(descriptor: number): DescriptorKind {
  const status = fstatSync(descriptor);
  if (status.isFile()) return 'file';
  if (status.isSocket()) return 'socket';
  if (status.isFIFO()) return 'pipe';
  return status.isCharacterDevice() || status.isBlockDevice() ? 'device' : 'other';
}
