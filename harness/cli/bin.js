#!/usr/bin/env node
// The sources are TypeScript; tsx compiles them as they are loaded, from a checkout and from an installed package alike.
import { register } from 'tsx/esm/api';

// Whoever reads our output may have read enough (`| head`); that is no error.
process.stdout.on('error', (error) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

register();
const { main } = await import('./main.ts');
await main(process.argv);
