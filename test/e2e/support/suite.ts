import { afterAll, afterEach, beforeAll } from '@jest/globals';
import { startControlPlane } from './control-plane.js';
import type { ControlPlane } from './control-plane.js';
import { createScenario } from './scenario.js';
import type { Scenario, ScenarioOptions } from './scenario.js';

/** For a test file: a control plane of its own, and scenarios on it that are finished, and judged, after each test. */
export function suite(): (options?: ScenarioOptions) => Promise<Scenario> {
  let plane: ControlPlane | undefined;
  let running: Scenario[] = [];

  beforeAll(async () => {
    plane = await startControlPlane();
  });
  afterEach(async () => {
    const finished = await Promise.allSettled(running.map((scenario) => scenario.finish()));
    running = [];
    for (const outcome of finished) if (outcome.status === 'rejected') throw outcome.reason;
  });
  afterAll(async () => {
    await plane?.close();
  });

  return async (options) => {
    if (plane === undefined) throw new Error('the control plane runs during tests only');
    const scenario = await createScenario(plane, options);
    running.push(scenario);
    return scenario;
  };
}
