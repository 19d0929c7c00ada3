import { showSuite } from './show-suite.ts';

/** Whatever the schema forbids is refused. */
showSuite('refusals');
