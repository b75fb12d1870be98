/**
 * A storm on the real API server: npm run storm -- [SEED [MINUTES]]. The seed decides which faults come and when; what they meet is
 * decided by the machine, so a seed narrows a failure down and does not repeat it exactly.
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const [seed = String(Math.floor(Math.random() * 1e9)), minutes = '10', ...rest] = process.argv.slice(2);
if (!/^\d+$/.test(seed) || !(Number(minutes) > 0) || rest.length > 0) {
  process.stderr.write('Usage: npm run storm -- [SEED [MINUTES]]\n');
  process.exit(2);
}
const inRoot = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const jest = spawn(
  process.execPath,
  [
    inRoot('node_modules/jest/bin/jest.js'),
    ...['--config', inRoot('test/e2e/jest.config.js')],
    ...['--testMatch', '<rootDir>/test/e2e/storm/*.test.ts'],
  ],
  {
    stdio: 'inherit',
    env: {
      ...process.env,
      NODE_OPTIONS: '--experimental-vm-modules',
      SILVERBACK_STORM_SEED: seed,
      SILVERBACK_STORM_MINUTES: minutes,
    },
  },
);
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => jest.kill(signal));
jest.on('exit', (code) => process.exit(code ?? 1));
