import unit from '../../jest.config.js';

/** The suite against a real API server: one file after the other, because each has a control plane of its own. */
export default {
  ...unit,
  rootDir: '../..',
  testMatch: ['<rootDir>/test/e2e/scenarios/**/*.test.ts'],
  globalSetup: '<rootDir>/test/e2e/support/global-setup.mjs',
  testSequencer: '<rootDir>/test/e2e/support/sequencer.mjs',
  maxWorkers: 1,
  testTimeout: 180_000,
};
