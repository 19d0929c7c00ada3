#!/usr/bin/env node
// The sources are TypeScript; tsx compiles them as they are loaded, from a checkout and from an installed package alike.
import { register } from 'tsx/esm/api';

register();
const { main } = await import('./main.ts');
await main(process.argv);
