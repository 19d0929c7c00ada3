import { readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { DEMANDS, type DemandRow } from './demands.ts';
import { CHECKS, checksOf } from './suite.ts';
import { TABLES_BEGIN, TABLES_END, withTables } from './traceability.ts';

const DOCUMENT = new URL('../../docs/protocol.md', import.meta.url);

describe('demands and checks', () => {
  for (const [demand, row] of Object.entries<DemandRow>(DEMANDS)) {
    it(`${demand} has a check, or a reason why none is possible`, () => {
      const checks = checksOf(demand as keyof typeof DEMANDS);
      expect(checks.length > 0 || row.excluded !== undefined).to.equal(true);
    });
  }

  it('are as many as the specification has', () => {
    expect(Object.keys(DEMANDS)).to.deep.equal(Array.from({ length: 34 }, (_, index) => `R${index + 1}`));
  });

  it('have ids of their own, in kebab case, and titles', () => {
    expect(new Set(CHECKS.map(({ id }) => id)).size).to.equal(CHECKS.length);
    for (const { id, title, steps } of CHECKS) {
      expect(id).to.match(/^[a-z0-9]+(-[a-z0-9]+)*$/);
      expect(title, id).to.match(/[^.]$/);
      expect(steps, id).not.to.deep.equal([]);
    }
  });
});

describe('docs/protocol.md', () => {
  it('has the tables of the suite as it is (UPDATE_GOLDENS=1 writes them)', () => {
    const document = readFileSync(DOCUMENT, 'utf8');
    expect(document).to.contain(TABLES_BEGIN).and.to.contain(TABLES_END);
    if (process.env['UPDATE_GOLDENS'] === '1') writeFileSync(DOCUMENT, withTables(document));
    expect(readFileSync(DOCUMENT, 'utf8')).to.equal(withTables(document));
  });
});
