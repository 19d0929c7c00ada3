#!/usr/bin/env node
// The sources are TypeScript; tsx compiles them as they are loaded, from a checkout and from an installed package alike.
import { register } from 'tsx/esm/api';

// Whoever reads our output may have read enough (`| head`); that is no error.
process.stdout.on('error', (error) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

try {
  register();
  const { main } = await import('./main.ts');
  await main(process.argv);
} catch (error) {
  // What is compiled is kept in the temporary folder: a full disk is felt here first, and is no finding.
  process.stderr.write(`qmp-conformance: cannot be loaded: ${error.message}\n`);
  process.exitCode = 3;
}
