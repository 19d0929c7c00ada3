import { showSuite } from './show-suite.ts';

/** Every recording on every target: the documented examples, and our own. */
showSuite('examples');
