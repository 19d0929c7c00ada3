import { isDevelopment, partsOfRelease } from '../../release/compare-releases.ts';

/** How many releases QEMU made from one release on, itself included, to another one, that excluded. */
export function releasesBetween(first: string, end: string): number {
  return ordinalOf(end) - ordinalOf(first);
}

/** The last minor number of each series of QEMU; three a year since 4.0. */
const LAST_MINORS = [15, 7, 12, 1];
const SINCE_4 = 2;

function ordinalOf(release: string): number {
  const [major = 0, minor = 0] = partsOfRelease(release);
  // What is developed after a series removes things from the next one.
  let ordinal = isDevelopment(release) ? minor + 1 : minor;
  for (let series = 0; series < major; series++) ordinal += (LAST_MINORS[series] ?? SINCE_4) + 1;
  return ordinal;
}
