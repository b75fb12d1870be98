import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { configOf } from '../../support/troop.js';
import { startControlPlane } from '../support/control-plane.js';
import type { ControlPlane } from '../support/control-plane.js';
import { createScenario } from '../support/scenario.js';
import type { Scenario } from '../support/scenario.js';

let plane: ControlPlane;
let scenario: Scenario;
beforeAll(async () => {
  plane = await startControlPlane();
});
afterEach(() => scenario.finish());
afterAll(() => plane.close());

test('empty gateways get the configuration of a labelled ConfigMap', async () => {
  scenario = await createScenario(plane, { gateways: 3, replicas: 2 });
  await scenario.configure('shop', { 'kong.yaml': configOf('one') });
  await scenario.untilServed();
  expect(scenario.desired()).toMatch(/^[0-9a-f]{32}$/);
});
