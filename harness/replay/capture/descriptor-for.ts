import type { Descriptor } from '../../transcript/step.ts';
import type { DescriptorKind, Transcript } from '../../transcript/transcript.ts';

/** A kind of descriptor that none can be made of here. */
export function findUnmakableDescriptor({ marks = [] }: Transcript): DescriptorKind | undefined {
  for (const { what } of marks)
    if (what.kind === 'descriptor' && nameOf(what.of) === undefined) return what.of;
  return undefined;
}

/**
 * What is handed over with a message: what the front matter says, else a fresh one of the kind that its mark names.
 * Where it is no file and no socket, it is a file of the row's folder that {@link filesForDescriptors} lays out.
 */
export function descriptorFor(transcript: Transcript, index: number): Descriptor | undefined {
  const given = transcript.head.descriptors?.find(({ at }) => at === `/${index}`);
  if (given !== undefined) return given.descriptor;
  const kind = markedKind(transcript, index);
  if (kind === undefined) return undefined;
  if (kind === 'socket') return { kind: 'socketpair' };
  return { kind: 'file', name: nameOf(kind) ?? 'handed-file' };
}

/** The kind that a mark names for a message: the next of the client on the mark's connection. */
function markedKind({ marks = [], messages }: Transcript, index: number): DescriptorKind | undefined {
  const message = messages[index];
  if (message === undefined) return undefined;
  const before = messages.findLastIndex(
    ({ connection, direction }, at) => at < index && direction === '->' && connection === message.connection,
  );
  for (const { connection, before: at, what } of marks) {
    if (what.kind === 'descriptor' && connection === message.connection && at > before && at <= index)
      return what.of;
  }
  return undefined;
}

/** The file of the row's folder that is opened for a descriptor. */
function nameOf(kind: DescriptorKind): string | undefined {
  switch (kind) {
    case 'file':
    case 'socket':
      return 'handed-file';
    case 'pipe':
      return 'handed-pipe';
    case 'device':
    case 'other':
      return undefined;
  }
}

/** What has to stand in the row's folder before descriptors are opened. */
export function filesForDescriptors({
  marks = [],
}: Transcript): readonly { readonly kind: 'fifo'; readonly name: string }[] {
  const pipes = marks.some(({ what }) => what.kind === 'descriptor' && what.of === 'pipe');
  return pipes ? [{ kind: 'fifo', name: 'handed-pipe' }] : [];
}
