import { RESULTS_FILE, WIRE_FILE } from '../results/layout.ts';

/** The format of bundles; `schemas/formats/bundle.json` describes it. */
export const BUNDLE_FORMAT = 1;

/** The DSSE envelope, with the statement about all other files. */
export const ATTESTATION_FILE = 'attestation.json';
/** The public half of the key that signed; whose it is, the bundle cannot say. */
export const KEY_FILE = 'public-key.pem';
/** Target, host, suite. */
export const FACTS_FILE = 'bundle.json';
export const PROFILE_FILE = 'profile.yaml';
export const WAIVERS_FILE = 'waivers.yaml';

const MIB = 1024 * 1024;

/** The files whose digests the statement has, in its order, and how large each may be, in bytes. */
export const MATERIALS: Readonly<Record<string, number>> = {
  [FACTS_FILE]: 4 * MIB,
  [PROFILE_FILE]: 4 * MIB,
  [WAIVERS_FILE]: MIB,
  [RESULTS_FILE]: 64 * MIB,
  [WIRE_FILE]: 128 * MIB,
};

/** All files of a bundle. There are waivers only where something is waived. */
export const BUNDLE_FILES: Readonly<Record<string, number>> = {
  [ATTESTATION_FILE]: 16 * MIB,
  [KEY_FILE]: MIB,
  ...MATERIALS,
};

/** Messages of one row that are held at a time, in bytes. */
export const MAX_ROW_BYTES = 32 * MIB;
