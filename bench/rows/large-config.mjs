// A configuration of 30 MB is compiled and rolled out: do the probes answer, and is the lease renewed, as if nothing happened?
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { percentile } from '../harness/figures.mjs';
import { configuration } from '../harness/configurations.mjs';
import { createTroop } from '../harness/troop.mjs';

/** Entities that make about 30 MB. */
const ENTITIES = 320_000;
const LEASE = ['--lease-duration', '3s', '--renew-deadline', '2s', '--retry-period', '500ms'];
const RETRY_PERIOD_MS = 500;
/** client-go's jitter of the retry period. */
const JITTER = 1.2;

/** Asks again and again until told to stop; gives how long each answer took (ms). */
function askProbes(address) {
  const waits = [];
  let asking = true;
  const asked = (async () => {
    while (asking) {
      const startedAt = performance.now();
      await (await fetch(`http://${address}/healthz`)).text();
      waits.push(performance.now() - startedAt);
      await sleep(5);
    }
  })();
  return async () => {
    asking = false;
    await asked;
    return waits;
  };
}

export async function measureLargeConfig() {
  const folder = await mkdtemp(join(tmpdir(), 'silverback-bench-'));
  const config = join(folder, 'config.json');
  const data = join(folder, 'data');
  await mkdir(data);
  await writeFile(config, JSON.stringify(configuration(100)));
  const troop = await createTroop({
    gateways: 3,
    args: ['--config-file', config, '--data-dir', data, ...LEASE],
  });
  try {
    const controller = troop.start();
    await controller.said(({ event }) => event === 'converged');
    const { address } = await controller.said(
      ({ event, msg }) => event === 'serving' && msg.startsWith('probes'),
    );
    // Made before: it must be the controller that is measured.
    await writeFile(`${config}.new`, JSON.stringify(configuration(ENTITIES)));
    const renewals = [performance.now()];
    const stopCounting = troop.kube.onChange(({ object }) => {
      if (object.kind === 'Lease') renewals.push(performance.now());
    });
    const stopAsking = askProbes(address);
    await rename(`${config}.new`, config);
    const compiled = await controller.said(
      ({ event, bytes }) => event === 'config-compiled' && bytes > 10_000_000,
    );
    await controller.said(
      ({ event, revision }) => event === 'rollout-succeeded' && revision === compiled.revision,
    );
    await sleep(3_000);
    const waits = await stopAsking();
    stopCounting();
    const gaps = renewals.slice(1).map((at, i) => at - renewals[i]);
    return [
      {
        row: `30 MB: slowest answer of /healthz (of ${waits.length}; p50 ${percentile(waits, 0.5).toFixed(0)} ms)`,
        value: Math.max(...waits),
        atMost: 50,
        unit: 'ms',
      },
      {
        row: '30 MB: longest time between two renewals of the lease, beyond the retry period and its jitter',
        value: Math.max(...gaps) - RETRY_PERIOD_MS * (1 + JITTER),
        atMost: 500,
        unit: 'ms',
      },
    ];
  } finally {
    await troop.close();
    await rm(folder, { recursive: true });
  }
}
