import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { profileOf } from '../certify/fixture-bundle.ts';
import { runCommand } from './testing-cli.ts';

/** Makes, of a run of `examples/control`, what documented lines of certify and verify name. */
export async function certifySmall(out: string, folder: string): Promise<void> {
  const inFolder = (name: string): string => join(folder, name);
  for (const name of ['our-profiles', 'vendors']) mkdirSync(inFolder(name), { recursive: true });
  for (const name of ['core', 'block']) {
    const text = profileOf(['examples/control/query-version']).replace(
      "'**'",
      "'examples/control/query-version'",
    );
    writeFileSync(inFolder(`our-profiles/${name}.yaml`), text);
  }
  writeFileSync(inFolder('waivers.yaml'), '# none: nothing fails\n');
  const key = ['--key', inFolder('vendor.pem')];
  const profile = ['--profiles', inFolder('our-profiles'), '--profile', 'core'];
  for (const words of [
    ['--new-key', inFolder('vendor.pem')],
    [out, ...profile, ...key, '-o', inFolder('bundle')],
  ]) {
    const { code, stderr } = await runCommand(['certify', ...words]);
    if (code !== 0) throw new Error(stderr);
  }
  cpSync(inFolder('vendor.pub.pem'), inFolder('vendors/vendor.pem'));
}

/** Copies of what {@link certifySmall} made all that certify reads. */
export function copyForCertify(from: string, folder: string): void {
  for (const name of ['our-profiles', 'vendor.pem', 'waivers.yaml'])
    cpSync(join(from, name), join(folder, name), { recursive: true });
}
