// 1,000 gateways and nothing changes: what the leader costs; then 50 changes of endpoints a second: whether it keeps up, and
// how late its event loop is.
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { configuration } from '../harness/configurations.mjs';
import { createTroop } from '../harness/troop.mjs';

const GATEWAYS = 1000;
const STEADY_MS = 65_000;
const CHANGES = 1_500;
const CHANGES_PER_SECOND = 50;
const MEGABYTE = 1024 * 1024;
/** USER_HZ of every Linux that Node runs on. */
const TICK_MS = 10;

/** CPU that a process has used so far (ms), all its threads. */
async function cpuOf(pid) {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

async function rssOf(pid) {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)[1]) * 1024;
}

async function scrape(controller) {
  const { msg } = await controller.said(
    ({ event, msg: text }) => event === 'serving' && text.startsWith('metrics'),
  );
  const response = await fetch(`http://${msg.split(' on ')[1]}/metrics`);
  return response.text();
}

const gauge = (text, name) =>
  Number(new RegExp(`^${name}(?:\\{[^}]*\\})? ([\\d.e+-]+)`, 'm').exec(text)?.[1]);

async function steady(controller) {
  const [cpuBefore, startedAt] = [await cpuOf(controller.pid), performance.now()];
  await sleep(STEADY_MS);
  const part = ((await cpuOf(controller.pid)) - cpuBefore) / (performance.now() - startedAt);
  return [
    {
      row: `steady state: CPU for ${GATEWAYS} gateways, of one core`,
      value: part * 100,
      atMost: 5,
      unit: '%',
    },
    {
      row: `steady state: RSS with ${GATEWAYS} gateways`,
      value: (await rssOf(controller.pid)) / MEGABYTE,
      atMost: 150,
      unit: 'MB',
    },
  ];
}

/** Each change takes a gateway's readiness, or the gateway, away, or brings it back. */
async function churn(troop, controller) {
  await scrape(controller);
  const away = new Set();
  const startedAt = performance.now();
  for (let change = 0; change < CHANGES; change += 1) {
    const number = (change * 37) % GATEWAYS;
    if (!away.delete(number)) away.add(number);
    troop.showWithout(away, Math.floor(number / 100));
    const due = startedAt + ((change + 1) * 1000) / CHANGES_PER_SECOND;
    await sleep(Math.max(0, due - performance.now()));
  }
  const lag = gauge(await scrape(controller), 'nodejs_eventloop_lag_p99_seconds') * 1000;
  const left = GATEWAYS - away.size;
  const last = await controller.said(
    ({ event, gateways }) => event === 'discovery-changed' && gateways === left,
  );
  // What came back empty must get the configuration: none may be missed.
  await troop.sinks.empty([...Array(GATEWAYS).keys()]);
  await troop.sinks.begin(GATEWAYS);
  away.clear();
  troop.show(GATEWAYS);
  await troop.sinks.end();
  return [
    {
      row: `churn: ${CHANGES_PER_SECOND} changes of endpoints a second, event loop lag p99`,
      value: lag,
      atMost: 50,
      unit: 'ms',
    },
    { row: 'churn: gateways missed afterwards', value: last === undefined ? NaN : 0, atMost: 0 },
  ];
}

export async function measureSteadyState() {
  const troop = await createTroop({
    gateways: GATEWAYS,
    args: ['--kong-admin-concurrency', '64', '--resync-interval', '30s'],
  });
  try {
    troop.setConfig(JSON.stringify(configuration(640)));
    const controller = troop.start();
    await controller.said(({ event }) => event === 'converged');
    return [...(await steady(controller)), ...(await churn(troop, controller))];
  } finally {
    await troop.close();
  }
}
