import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { makeCertificates } from '../support/certificates.js';
import { addressOf, configOf, createTroop } from '../support/troop.js';
import type { Troop } from '../support/troop.js';
import { promtool, startPrometheus } from './prometheus.js';
import type { Prometheus, Sample } from './prometheus.js';

jest.setTimeout(180_000);

const PATIENCE_MS = 120_000;

let troop: Troop;
let prometheus: Prometheus;

beforeAll(async () => {
  const certificates = await makeCertificates();
  troop = await createTroop({
    gateways: 3,
    replicas: 2,
    kong: { tls: certificates.server },
    args: ['--kong-admin-tls-skip-verify', '--resync-interval', '1s'],
  });
  troop.world.setConfig('shop', { 'kong.yaml': configOf('one') });
  await troop.untilConverged(0);
  const metrics = () => troop.said('serving').filter(({ message }) => message.startsWith('metrics'));
  await troop.until('the servers', () => metrics().length === troop.replicas.length);
  prometheus = await startPrometheus(
    troop.folder,
    Object.fromEntries(
      troop.replicas.map((replica) => [replica.name, new URL(addressOf(replica, 'metrics')).host]),
    ),
  );
});
afterAll(async () => {
  await prometheus.close();
  await troop.close();
});

/** Asks until the answer is as expected; at the end shows the last one. */
async function untilAnswered(
  expression: string,
  holds: (samples: readonly Sample[]) => boolean,
): Promise<readonly Sample[]> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const samples = await prometheus.query(expression).catch(() => []);
    if (holds(samples)) return samples;
    if (performance.now() > deadline) throw new Error(`${expression} came to ${JSON.stringify(samples)}`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

const untilValue = (expression: string, value: number): Promise<readonly Sample[]> =>
  untilAnswered(expression, ([sample]) => sample?.value === value);

test('a leader and a follower are scraped, and every alert evaluates', async () => {
  await untilValue('sum(up{job="silverback"})', 2);
  await untilValue('sum(silverback_leader)', 1);
  await untilValue('sum(silverback_gateways{state="in-sync"})', 3);
  const deadline = performance.now() + PATIENCE_MS;
  let rules = await prometheus.rules();
  while ([...rules.values()].some(({ health }) => health === 'unknown') && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 250));
    rules = await prometheus.rules();
  }
  expect(rules.size).toBeGreaterThan(10);
  expect([...rules.values()].filter(({ health }) => health !== 'ok')).toEqual([]);
});

const read = (path: string): string => readFileSync(join(import.meta.dirname, '../..', path), 'utf8');

test('every query of the dashboard and of the page evaluates', async () => {
  const { panels } = JSON.parse(read('deploy/grafana/silverback.json')) as {
    panels: { targets: { expr: string }[] }[];
  };
  const ofDashboard = panels.flatMap(({ targets }) =>
    targets.map(({ expr }) => expr.replaceAll('$job', 'silverback').replaceAll('$__rate_interval', '1m')),
  );
  const [, block = ''] = /```promql\n([\s\S]*?)```/.exec(read('docs/metrics.md')) ?? [];
  const ofPage = block.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  expect(ofPage.length).toBeGreaterThan(0);
  for (const expression of [...ofDashboard, ...ofPage]) await prometheus.query(expression);
  const [one] = await prometheus.query(ofDashboard[0]!);
  expect(one?.value).toBe(3);
});

test('what only a leader knows comes from the leader alone', async () => {
  const leader = await troop.untilLeader();
  for (const name of ['silverback_gateways', 'silverback_gateway_in_sync', 'silverback_rollout']) {
    const samples = await prometheus.query(`count by (pod) (${name})`);
    expect(samples.map(({ metric }) => metric['pod'])).toEqual([leader.name]);
  }
  const certificates = await prometheus.query('silverback_certificate_expiry_timestamp_seconds > time()');
  expect(certificates.map(({ metric }) => metric['gateway']).sort()).toEqual(['kong-1', 'kong-2', 'kong-3']);
});

test('what real replicas show is to the liking of Prometheus’ linter', async () => {
  for (const replica of troop.replicas) {
    const page = await (await fetch(`${addressOf(replica, 'metrics')}/metrics`)).text();
    expect(promtool(['check', 'metrics'], page)).toBe('');
  }
});

test('a gateway that refuses us is named, while the others get the change', async () => {
  troop.world.pods()[1]!.kong.faults.set({ answer: { status: 401 } });
  await untilValue('sum(silverback_gateways{state="refused"})', 1);
  const behind = await prometheus.query('silverback_gateway_in_sync == 0');
  expect(behind.map(({ metric }) => metric['gateway'])).toEqual(['kong-2']);
  troop.world.setConfig('shop', { 'kong.yaml': configOf('two') });
  await untilValue('sum(silverback_pushes_total{result="accepted",class="2xx"})', 3 + 2);
});

test('an invalid configuration is told by both, and the alert asks the leader', async () => {
  troop.world.setConfig('shop', { 'kong.yaml': 'services: {}' });
  await untilValue('count(silverback_config_valid == 0)', 2);
  await untilAnswered('ALERTS{alertname="SilverbackConfigRejected"}', (samples) => samples.length === 1);
  troop.world.setConfig('shop', { 'kong.yaml': configOf('two') });
  await untilAnswered('ALERTS{alertname="SilverbackConfigRejected"}', (samples) => samples.length === 0);
  await untilValue('sum(silverback_config_findings)', 0);
});

test('a failover leaves no gateway’s series of the leader that was', async () => {
  const leader = await troop.untilLeader();
  leader.signal('SIGKILL');
  await leader.exited;
  const next = await troop.untilLeader(leader);
  await untilAnswered(
    'count by (pod) (silverback_gateways)',
    (samples) => samples.length === 1 && samples[0]?.metric['pod'] === next.name,
  );
  await untilValue('sum(silverback_leader)', 1);
});
