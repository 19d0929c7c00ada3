import { join } from 'node:path';
import type { Side } from '../transcript/step.ts';
import { architectureOfGuest } from './guest-architecture.ts';
import { writeForeignGuest, writeGuestFirmware, writeGuestImage } from './guest-image.ts';
import type { Stage } from './stage.ts';

/** Id of the character device that is the guest's first serial port. */
export const SERIAL = 'serial0';

/** Character devices that QEMU gets for its guest: only guests for x86 speak on a serial port. */
export function channelsOf({ guest }: Stage): readonly string[] {
  return guest !== undefined && architectureOfGuest(guest) === 'x86' ? [SERIAL] : [];
}

/**
 * Writes what QEMU loads of a guest into the folder `dir`. On x86 the ROM starts the guest; its boot sector is on its
 * disk, too. Elsewhere the guest is all that there is. Throws InputError where there is no such guest.
 */
export async function putGuest(guest: string, side: Side, dir: string): Promise<void> {
  if (architectureOfGuest(guest) !== 'x86') return writeForeignGuest(guest, join(dir, guestFirmwareOf(side)));
  await writeGuestImage(guest, join(dir, guestImageOf(side)));
  await writeGuestFirmware(guest, join(dir, guestFirmwareOf(side)));
}

/** QEMU's words for a guest. */
export function guestArguments(guest: string, side: Side): readonly string[] {
  // Both load it to address 0; s390x enters a kernel at the address in its first eight bytes.
  const loadedBy = { ppc64: '-bios', s390x: '-kernel', x86: undefined }[architectureOfGuest(guest) ?? 'x86'];
  if (loadedBy !== undefined) return [loadedBy, guestFirmwareOf(side)];
  return [
    ...['-bios', guestFirmwareOf(side)],
    ...['-drive', `if=none,id=guest0,file=${guestImageOf(side)},format=raw`],
    ...['-device', 'ide-hd,drive=guest0'],
    ...['-device', `isa-serial,chardev=${SERIAL}`],
  ];
}

/** Source and destination of a migration have an image each: the destination's is written while the source runs. */
function guestImageOf(side: Side): string {
  return `guest-${side}.img`;
}

function guestFirmwareOf(side: Side): string {
  return `guest-${side}.rom`;
}
