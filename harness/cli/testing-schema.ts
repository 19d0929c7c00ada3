import { Command } from 'commander';
import { addSchemaCommand } from './schema.ts';

/** Runs `schema …` and returns what it printed. */
export async function run(...words: readonly string[]): Promise<string> {
  const program = new Command().exitOverride().configureOutput({ writeErr: () => undefined });
  addSchemaCommand(program);
  const printed: string[] = [];
  const write = process.stdout.write.bind(process.stdout);
  process.stdout.write = (text: string | Uint8Array): boolean => printed.push(String(text)) > 0;
  try {
    await program.parseAsync(['schema', ...words], { from: 'user' });
  } finally {
    process.stdout.write = write;
  }
  return printed.join('');
}

/** `name: message` of what it throws: mocha and the dynamic imports of the actions load the error classes twice. */
export async function errorOf(...words: readonly string[]): Promise<string> {
  return run(...words).then(
    () => 'no error',
    (error: unknown) => String(error),
  );
}
