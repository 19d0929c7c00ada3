import { expect } from 'chai';
import { loadSchema } from './load-schema.ts';
import { hideFeatures } from './hide-features.ts';
import { createValidator } from './validator.ts';

describe('hideFeatures', () => {
  const bundle = {
    $defs: {
      'query-x/returns': {
        type: 'object',
        properties: {
          kept: { type: 'boolean' },
          gone: { type: 'boolean', 'qapi-features': ['deprecated'] },
          shaky: { type: 'boolean', 'qapi-features': [{ name: 'unstable', if: 'CONFIG_X' }] },
        },
        required: ['kept', 'gone', 'shaky'],
      },
    },
  };
  const rows: readonly { readonly features: readonly string[]; readonly required: readonly string[] }[] = [
    { features: [], required: ['kept', 'gone', 'shaky'] },
    { features: ['deprecated'], required: ['kept', 'shaky'] },
    { features: ['unstable'], required: ['kept', 'gone'] },
    { features: ['deprecated', 'unstable'], required: ['kept'] },
    { features: ['other'], required: ['kept', 'gone', 'shaky'] },
  ];
  for (const { features, required } of rows) {
    it(`leaves ${required.join(', ')} mandatory when ${features.join(' and ') || 'nothing'} is hidden`, () => {
      const relaxed = hideFeatures(bundle, new Set(features));
      expect(relaxed).to.deep.equal({
        $defs: { 'query-x/returns': { ...bundle.$defs['query-x/returns'], required } },
      });
    });
  }

  it('changes nothing of a shipped schema but what is mandatory', () => {
    const shipped = loadSchema('10.0');
    expect(hideFeatures(shipped, new Set(['nothing']))).to.deep.equal(shipped);
    expect(createValidator(hideFeatures(shipped, new Set(['deprecated']))).commandNames()).to.deep.equal(
      createValidator(shipped).commandNames(),
    );
  });
});
