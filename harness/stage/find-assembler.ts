import { SetupError } from '../errors.ts';
import { installTool } from '../target/install-tool.ts';
import { runnable } from '../target/unpacked-tree.ts';
import { findAssemblerOnPath, type Assembler } from './build-guest.ts';

/**
 * The assembler on PATH; where there is none, one that is unpacked into the cache from the machine's own package
 * archive, without root.
 * @throws {SetupError} when it comes from neither
 */
export async function findAssembler(): Promise<Assembler> {
  try {
    return findAssemblerOnPath();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
  }
  const x86 = process.arch === 'x64' || process.arch === 'ia32';
  const tree = await installTool(x86 ? 'binutils' : 'binutils-x86-64-linux-gnu');
  const prefix = x86 ? '' : 'x86_64-linux-gnu-';
  return { as: runnable(tree, `usr/bin/${prefix}as`), ld: runnable(tree, `usr/bin/${prefix}ld`) };
}
