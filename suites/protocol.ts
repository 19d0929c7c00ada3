import { showSuite } from './show-suite.ts';

/** Every demand of the QMP specification, on every transport. */
showSuite('protocol');
