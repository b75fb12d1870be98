import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

/** Which rooms under src/ a room may import from (docs/architecture.md, "Who may know whom"). */
const MAY_KNOW = {
  clock: [],
  config: [],
  report: ['config'],
  settings: [],
  kube: ['clock', 'report'],
  sources: ['kube', 'config', 'clock', 'report'],
  discovery: ['kube', 'config', 'clock', 'report'],
  history: ['kube', 'config', 'clock', 'report'],
  gateway: ['config', 'clock', 'report'],
  rollout: ['gateway', 'config', 'clock', 'report'],
  server: ['rollout', 'gateway', 'config', 'clock', 'report'],
  controller: [
    'server',
    'rollout',
    'gateway',
    'sources',
    'discovery',
    'history',
    'kube',
    'config',
    'settings',
    'clock',
    'report',
  ],
  emulator: ['config'],
  demo: ['emulator', 'config', 'clock', 'report', 'settings'],
  cli: [
    'demo',
    'controller',
    'server',
    'rollout',
    'gateway',
    'sources',
    'discovery',
    'history',
    'kube',
    'config',
    'settings',
    'clock',
    'report',
  ],
};

const rooms = Object.keys(MAY_KNOW);

/** What collects an answer in a stream would, on a gateway's connections, keep bytes of the buffer that they all read into. */
const COLLECTORS = {
  name: 'undici',
  importNames: ['request', 'fetch', 'stream', 'pipeline'],
  message:
    'Ask gateways by gateway/exchange.ts: their connections read into one buffer (gateway/reading.ts).',
};

/** One override per room: imports that leave it may only enter the rooms it may know. */
const arrows = rooms.map((room) => ({
  files: [`src/${room}/**/*.ts`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        paths: MAY_KNOW[room].includes('gateway') || room === 'gateway' ? [COLLECTORS] : [],
        patterns: rooms
          .filter((other) => other !== room && !MAY_KNOW[room].includes(other))
          .map((other) => ({
            regex: `^(\\.\\./)+${other}/`,
            message: `${room} may not know ${other} (docs/architecture.md)`,
          })),
      },
    ],
  },
}));

export default tseslint.config(
  { ignores: ['dist', 'coverage', 'node_modules', '**/generated/**'] },
  ...tseslint.configs.strictTypeChecked.map((config) => ({ ...config, files: ['**/*.{ts,tsx}'] })),
  {
    files: ['**/*.{ts,tsx}'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    },
  },
  ...arrows,
  {
    files: ['test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-empty-function': 'off',
    },
  },
  prettier,
);
