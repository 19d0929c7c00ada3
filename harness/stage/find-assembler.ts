import { SetupError } from '../errors.ts';
import { installTool } from '../target/install-tool.ts';
import { runnable } from '../target/unpacked-tree.ts';
import type { GuestArchitecture } from './guest-architecture.ts';
import { binutilsFor, findAssemblerOnPath, type Assembler } from './toolchain.ts';

/**
 * The assembler on PATH; where there is none, one that is unpacked into the cache from the machine's own package
 * archive, without root.
 * @throws {SetupError} when it comes from neither
 */
export async function findAssembler(architecture: GuestArchitecture): Promise<Assembler> {
  try {
    return findAssemblerOnPath(architecture);
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
  }
  const { package: name, prefix } = binutilsFor(architecture);
  const tree = await installTool(name);
  return { as: runnable(tree, `usr/bin/${prefix}as`), ld: runnable(tree, `usr/bin/${prefix}ld`) };
}
