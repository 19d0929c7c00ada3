import { showSuite } from './show-suite.ts';

/** Every command that can be queried. */
showSuite('queries');
