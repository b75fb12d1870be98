import unit from '../../jest.config.js';

/** The dashboard in a headless Chromium: one file after the other, because a browser takes what cores there are. */
export default {
  ...unit,
  rootDir: '../..',
  testMatch: ['<rootDir>/test/browser/**/*.test.ts'],
  maxWorkers: 1,
  testTimeout: 60_000,
};
