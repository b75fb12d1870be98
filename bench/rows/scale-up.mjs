// 50 empty gateways appear among 100: from the first word of their endpoints to the verified hash. The sinks load at once, so
// there is no load to be taken off.
import { configuration } from '../harness/configurations.mjs';
import { percentile } from '../harness/figures.mjs';
import { createTroop } from '../harness/troop.mjs';

const SERVING = 100;
const NEWCOMERS = 50;
const ROUNDS = 5;

const now = () => performance.timeOrigin + performance.now();

export async function measureScaleUp() {
  const troop = await createTroop({ gateways: SERVING + NEWCOMERS });
  try {
    troop.show(SERVING);
    troop.kube.remove('EndpointSlice', 'kong', 'admin-1');
    troop.setConfig(JSON.stringify(configuration(640)));
    const controller = troop.start();
    await controller.said(({ event }) => event === 'converged');
    const newcomers = Array.from({ length: NEWCOMERS }, (_, i) => SERVING + i);
    const waits = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      await troop.sinks.empty(newcomers);
      await troop.sinks.begin(NEWCOMERS);
      const shownAt = now();
      troop.show(SERVING + NEWCOMERS, (number) => number < SERVING);
      waits.push(...(await troop.sinks.end()).shownAt.map((at) => at - shownAt));
      troop.kube.remove('EndpointSlice', 'kong', 'admin-1');
      await controller.said(
        ({ event, gateways, time }) =>
          event === 'discovery-changed' && gateways === SERVING && Date.parse(time) > shownAt,
      );
    }
    return [
      {
        row: `scale-up: ${NEWCOMERS} empty gateways among ${SERVING}, endpoint to verified, p99 (p50 ${percentile(waits, 0.5).toFixed(0)} ms)`,
        value: percentile(waits, 0.99),
        atMost: 1_000,
        unit: 'ms',
      },
    ];
  } finally {
    await troop.close();
  }
}
