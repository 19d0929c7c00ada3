import { expect } from 'chai';
import type { Check, Server } from './check.ts';
import type { BreakageRow } from './fixtures/breakage-row.ts';
import { BREAKAGES } from './fixtures/breakages.ts';
import { performOnFake } from './fixtures/perform-on-fake.ts';
import { checksOn, CHECKS } from './suite.ts';

const SERVERS: readonly Server[] = ['system', 'storage-daemon', 'guest-agent', 'endpoint'];
/** Milliseconds; an answer within this process takes none. */
const PATIENCE = 5_000;
const LITTLE_PATIENCE = 150;

const isQuick = ({ needs = [] }: Check): boolean => !needs.includes('large');
const isSlow = ({ needs = [] }: Check): boolean => needs.includes('slow');

describe('a fake that behaves', () => {
  for (const server of SERVERS) {
    it(`passes all checks as ${server}`, async () => {
      const failures = await Promise.all(
        checksOn(server)
          .filter(isQuick)
          .map(async (check) => {
            const { verdict, reason = '', checks } = await performOnFake(check, server, undefined, PATIENCE);
            expect(checks, check.id).to.be.greaterThan(0);
            return verdict === 'pass' ? [] : [`${check.id}: ${reason}`];
          }),
      );
      expect(failures.flat()).to.deep.equal([]);
    });
  }
});

describe('a fake that breaks one demand', () => {
  const rows: [string, BreakageRow][] = Object.entries(BREAKAGES);
  for (const [name, row] of rows) {
    it(`fails the checks of ${row.demand}: ${name}`, async () => {
      const failed = [...(await failing(name as keyof typeof BREAKAGES, row))].sort();
      const counted = row.everywhere === true ? failed.filter((id) => demandOf(id) === row.demand) : failed;
      expect(counted).to.deep.equal(expanded(row));
    });
  }

  it('fails each check in some way that breaks its own demand', () => {
    const failed = new Set(
      rows.flatMap(([, row]) => expanded(row).filter((id) => demandOf(id) === row.demand)),
    );
    const never = CHECKS.filter(isQuick).filter(({ id }) => !failed.has(id));
    expect(never.map(({ id }) => id)).to.deep.equal([]);
  });
});

async function failing(name: keyof typeof BREAKAGES, { demand }: BreakageRow): Promise<ReadonlySet<string>> {
  // These two have all checks between them.
  const runs = (['system', 'guest-agent'] as const).flatMap((server) =>
    checksOn(server)
      .filter(isQuick)
      // They take their time, and are about their own demand alone.
      .filter(
        (check) => check.demand === demand || !(isSlow(check) || check.needs?.includes('once') === true),
      )
      .map(async (check) => {
        const patience = isSlow(check) ? PATIENCE : LITTLE_PATIENCE;
        return (await performOnFake(check, server, name, patience)).verdict === 'pass' ? [] : [check.id];
      }),
  );
  return new Set((await Promise.all(runs)).flat());
}

function expanded(row: BreakageRow): readonly string[] {
  const patterns = row.fails.map((glob) => new RegExp(`^${glob.replaceAll('*', '.*')}$`));
  return CHECKS.filter(isQuick)
    .map(({ id }) => id)
    .filter((id) => patterns.some((pattern) => pattern.test(id)))
    .filter((id) => row.everywhere !== true || demandOf(id) === row.demand)
    .sort();
}

function demandOf(id: string): string | undefined {
  return CHECKS.find((check) => check.id === id)?.demand;
}
