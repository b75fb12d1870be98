// What a new leader costs: 1,000 gateways in sync, the old leader is killed, and the new one, which has no connection yet, makes
// sure of each.
import { configuration } from '../harness/configurations.mjs';
import { createTroop } from '../harness/troop.mjs';

const GATEWAYS = 1000;

export async function measureFailover(tls) {
  const troop = await createTroop({
    gateways: GATEWAYS,
    tls,
    args: ['--kong-admin-concurrency', '64'],
  });
  try {
    troop.setConfig(JSON.stringify(configuration(200)));
    const old = troop.start();
    await old.said(({ event }) => event === 'converged');
    const heir = troop.start();
    await heir.said(({ event }) => event === 'leader-observed');
    await troop.sinks.counts();
    await old.stop('SIGKILL');
    const elected = await heir.said(({ event }) => event === 'leader-elected');
    const converged = await heir.said(({ event }) => event === 'converged');
    const { statuses, configBytes } = await troop.sinks.counts();
    const kind = tls === undefined ? 'plain' : 'mTLS';
    return [
      {
        row: `failover, ${kind}: bytes of configuration sent to ${GATEWAYS} gateways in sync`,
        value: configBytes,
        atMost: 0,
      },
      { row: `failover, ${kind}: GET /status, for each gateway`, value: statuses / GATEWAYS, atMost: 1 },
      {
        row: `failover, ${kind}: from the election until all are known to be in sync`,
        value: Date.parse(converged.time) - Date.parse(elected.time),
        atMost: tls === undefined ? 3_000 : 8_000,
        unit: 'ms',
      },
    ];
  } finally {
    await troop.close();
  }
}
