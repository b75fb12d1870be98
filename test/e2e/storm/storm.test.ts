import { expect, test } from '@jest/globals';
import { LEASE_MS } from '../support/replicas.js';
import { suite } from '../support/suite.js';
import { faults } from './faults.js';
import { seeded } from './seeded.js';

const SEED = Number(process.env['SILVERBACK_STORM_SEED'] ?? 1);
const MINUTES = Number(process.env['SILVERBACK_STORM_MINUTES'] ?? 1);
/** What a storm may take to blow over, beyond the lease. */
const CALM_MS = 30_000;

const createScenario = suite();
const say = (text: string): void => void process.stderr.write(`${text}\n`);

test(
  'replicas that are killed, paused and cut off, API servers that stop, gateways that restart: the fleet ends on what is desired',
  async () => {
    say(`Storm: seed ${SEED}, ${MINUTES} minutes. Again: npm run storm -- ${SEED} ${MINUTES}`);
    const random = seeded(SEED);
    const scenario = await createScenario({ gateways: 6, replicas: 3, kong: { loadMs: 100 } });
    const { strike, heal, count } = faults(scenario, random);
    await scenario.configure('shop', {
      'kong.yaml': '_format_version: "3.0"\nservices: [{ name: a, host: a }]\n',
    });
    await scenario.untilServed();

    const begun = performance.now();
    const end = begun + MINUTES * 60_000;
    while (performance.now() < end) {
      const fault = await strike();
      say(`${((performance.now() - begun) / 1000).toFixed(1).padStart(6)} s  ${fault}`);
      expect(scenario.breaches()).toEqual([]);
      // The pace of the storm: faults shall meet the work that the ones before caused, at every stage of it.
      await new Promise((resolve) => setTimeout(resolve, 500 + random() * 3_000));
    }
    heal();
    const calm = performance.now();
    await scenario.untilServed();
    const took = performance.now() - calm;
    const edits = scenario.said('desired-changed').length;
    say(
      `${count()} faults, ${edits} times another revision at some replica; converged ${(took / 1000).toFixed(1)} s after the last`,
    );
    expect(took).toBeLessThan(LEASE_MS + CALM_MS);
  },
  MINUTES * 60_000 + 300_000,
);
