import { expect } from 'chai';
import { binaryOfRelease } from '../target/release-programs.ts';
import { cacheFolder, readReleases } from '../target/release-cache.ts';
import { POLICIES } from '../target/policies.ts';
import { describeForecasts, describeTargets } from './describe-target.ts';

const PATIENCE = 10_000;

/** Releases before 6.0 have no `-compat`, those before 6.2 none for what is unstable. */
const HAS: Readonly<Record<string, (major: number) => boolean>> = {
  'no-deprecated': (major) => major >= 6,
  'no-unstable': (major) => major >= 7,
};

describe('describeForecasts', () => {
  for (const release of readReleases(cacheFolder())) {
    for (const policy of POLICIES) {
      const major = Number(release.version.split('.')[0]);
      const has = HAS[policy.name]?.(major) === true;
      it(`${has ? 'makes a target' : 'says what is missing'} of ${release.version} under ${policy.name}`, async () => {
        const binary = binaryOfRelease(release);
        const forecasts = describeForecasts(binary, ['tcg'], PATIENCE, policy);
        if (!has) return expect(await forecasts.catch(String)).to.include('-compat: invalid option');
        const [plain] = await describeTargets(binary, ['tcg'], PATIENCE);
        const [forecast] = await forecasts;
        expect(forecast?.facts).to.deep.equal({
          ...plain?.facts,
          name: `${plain?.facts.name ?? ''} ${policy.name}`,
          policy: policy.compat,
        });
        // What the policy takes away is still what rows ask for.
        return expect(forecast?.scope).to.deep.equal(plain?.scope);
      });
    }
  }
});
