/** What guests are code for. */
export type GuestArchitecture = 'x86' | 'ppc64' | 's390x';

/**
 * The architecture of guest `name`: the folder that it lies in, named as QEMU names it; x86 where it lies in none,
 * `undefined` in any other.
 */
export function architectureOfGuest(name: string): GuestArchitecture | undefined {
  const [folder, ...rest] = name.split('/');
  if (rest.length === 0) return 'x86';
  return folder === 'ppc64' || folder === 's390x' ? folder : undefined;
}

/** What a guest of QEMU's `architecture` must be code for; `undefined` where there are no guests for it. */
export function guestArchitectureOf(architecture: string): GuestArchitecture | undefined {
  switch (architecture) {
    case 'x86_64':
    case 'i386':
      return 'x86';
    case 'ppc64':
    case 's390x':
      return architecture;
    default:
      return undefined;
  }
}
