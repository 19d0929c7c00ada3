import { messagesFromBlock } from '../examples/block-to-messages.ts';
import { kindOfDocument } from '../examples/documents.ts';
import type { ExampleBlock } from '../examples/example-block.ts';
import { schemaOfBlock, type Families } from './families.ts';
import { lintBlock } from './lint-documentation.ts';
import type { LintReport } from './lint-report.ts';

/** Judges the examples of one release's documentation. `fileOf` tells what a reader opens to see one. */
export function lintBlocks(
  blocks: readonly ExampleBlock[],
  families: Families,
  release: string,
  fileOf: (block: ExampleBlock) => string,
): LintReport {
  const findings = blocks.flatMap((block) => {
    const schema = schemaOfBlock(kindOfDocument(block.document), textOf(block), families);
    return lintBlock(block, schema).map((one) => ({ ...one, file: fileOf(block), releases: release }));
  });
  const messages = blocks.reduce((sum, block) => sum + messagesFromBlock(block).messages.length, 0);
  return { findings, releases: [release], examples: blocks.length, messages };
}

function textOf({ lines }: ExampleBlock): string {
  return lines.map(({ text }) => text).join('\n');
}
