import eslint from '@eslint/js';
import { importX } from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';

/**
 * Which room may import from which: the arrows of ARCHITECTURE.md. A room that is not named here may import
 * nothing but itself and packages. `types` rooms are importable by everyone: they hold shapes, no behaviour.
 */
const arrows = {
  json: [],
  release: [],
  yaml: ['json'],
  qapi: ['json', 'release'],
  'json-schema': ['qapi', 'json', 'release'],
  qmp: ['json'],
  transcript: ['yaml', 'json', 'release'],
  examples: ['qapi', 'transcript', 'json', 'release'],
  lint: ['examples', 'transcript', 'json-schema', 'qapi', 'yaml', 'results', 'json', 'release'],
  results: ['yaml', 'json', 'release'],
  target: ['qmp', 'results', 'json', 'release'],
  stage: ['target', 'qmp', 'transcript', 'results', 'yaml', 'json', 'release'],
  transport: ['target', 'qmp', 'results', 'json', 'release'],
  protocol: ['transport', 'target', 'qmp', 'results', 'json', 'release'],
  shrink: ['json'],
  queries: ['shrink', 'stage', 'target', 'qmp', 'json-schema', 'qapi', 'results', 'json', 'release'],
  refusals: ['shrink', 'target', 'qmp', 'json-schema', 'qapi', 'results', 'json', 'release'],
  coverage: ['json-schema', 'qapi', 'transcript', 'results', 'json', 'release'],
  replay: [
    'protocol',
    'queries',
    'refusals',
    'shrink',
    'lint',
    'stage',
    'target',
    'qmp',
    'transcript',
    'json-schema',
    'qapi',
    'results',
    'json',
    'release',
  ],
  import: ['transcript', 'json'],
  export: ['import', 'transcript', 'json'],
  serve: ['refusals', 'target', 'qmp', 'transcript', 'json-schema', 'qapi', 'json', 'release'],
  learn: ['replay', 'transcript', 'results', 'json'],
  compat: ['qapi', 'results', 'yaml', 'json', 'release'],
  redact: ['transcript', 'yaml', 'json'],
  certify: ['replay', 'redact', 'stage', 'target', 'qmp', 'transcript', 'results', 'yaml', 'json', 'release'],
  record: ['redact', 'target', 'qmp', 'transcript', 'json'],
  check: ['lint', 'compat', 'transcript', 'json-schema', 'qapi', 'yaml', 'json', 'release'],
};

const rooms = Object.entries(arrows).map(([room, allowed]) => ({
  target: `./harness/${room}`,
  allowed: [room, ...allowed],
}));

const zones = [
  ...rooms.flatMap(({ target, allowed }) => [
    { target, from: './reports', message: `${target} must not know how results are shown` },
    { target, from: './suites', message: `${target} must not know the suites` },
    {
      target,
      from: './harness',
      except: ['./errors.ts', ...allowed.map((room) => `./${room}`)],
      message: `${target} may import only from ${allowed.join(', ')} (ARCHITECTURE.md)`,
    },
  ]),
  {
    target: './reports',
    from: './harness',
    except: [
      './errors.ts',
      './results',
      './compat',
      './coverage',
      './lint',
      './check',
      './certify',
      './json',
    ],
    message: 'reports render results, compat, coverage, lint, check and certify only',
  },
  { target: './reports', from: './suites', message: 'reports must not know the suites' },
  {
    target: './suites',
    from: './harness',
    except: ['./replay', './results'],
    message: 'suites are thin: they ask replay for verdicts',
  },
  { target: './harness/cli', from: './suites', message: 'suites are loaded by mocha, not imported' },
];

export default tseslint.config(
  { ignores: ['out/**', 'coverage/**', 'recordings/**', 'schemas/**'] },
  eslint.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  ...tseslint.configs.stylisticTypeChecked,
  {
    plugins: { 'import-x': importX },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    settings: {
      'import-x/extensions': ['.ts', '.js'],
      'import-x/parsers': { '@typescript-eslint/parser': ['.ts'] },
    },
    rules: {
      'import-x/no-cycle': 'error',
      'import-x/no-restricted-paths': ['error', { zones, basePath: import.meta.dirname }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/prefer-readonly': 'error',
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    files: ['**/*.test.ts', 'suites/**'],
    rules: {
      '@typescript-eslint/no-unused-expressions': 'off',
      'max-lines': ['error', { max: 500, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': 'off',
    },
  },
  {
    files: ['**/*.js'],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: { globals: { process: 'readonly', setTimeout: 'readonly' } },
  },
);
