// What `helm test` runs, in Silverback's own image: asks every replica behind the Service until all is well, or it gives up.
import { lookup } from 'node:dns/promises';

const { SERVICE, REPLICAS, PROBES_PORT, METRICS_PORT, PATIENCE_SECONDS } = process.env;
const TROUBLE = ['unreachable', 'rejected', 'refused'];

async function ask(address, port, path) {
  const host = address.includes(':') ? `[${address}]` : address;
  const response = await fetch(`http://${host}:${port}${path}`, { signal: AbortSignal.timeout(5_000) });
  const text = await response.text();
  if (!response.ok) throw new Error(`${path} of ${address} answers ${response.status}: ${text.trim()}`);
  return text;
}

/** The sum of a metric's samples, of those whose labels hold a text. */
function valueOf(metrics, name, label = '') {
  const samples = metrics
    .split('\n')
    .filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`));
  return samples
    .filter((line) => line.includes(label))
    .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

async function check() {
  const addresses = (await lookup(SERVICE, { all: true })).map(({ address }) => address);
  if (addresses.length !== Number(REPLICAS)) {
    throw new Error(`${addresses.length} of ${REPLICAS} replicas are ready`);
  }
  await Promise.all(addresses.map((address) => ask(address, PROBES_PORT, '/readyz')));
  const metrics = await Promise.all(addresses.map((address) => ask(address, METRICS_PORT, '/metrics')));
  const leaders = metrics.filter((text) => valueOf(text, 'silverback_leader') === 1);
  if (leaders.length !== 1) throw new Error(`${leaders.length} replicas lead`);
  const [leader] = leaders;
  if (valueOf(leader, 'silverback_config_valid') !== 1)
    throw new Error('the newest configuration is invalid');
  for (const state of TROUBLE) {
    const count = valueOf(leader, 'silverback_gateways', `state="${state}"`);
    if (count > 0) throw new Error(`${count} gateways are ${state}`);
  }
  const inSync = valueOf(leader, 'silverback_gateways', 'state="in-sync"');
  return `${REPLICAS} replicas are ready, one leads; ${inSync} of ${valueOf(leader, 'silverback_gateways')} gateways are in sync`;
}

const giveUpAt = Date.now() + PATIENCE_SECONDS * 1000;
for (;;) {
  try {
    console.log(await check());
    break;
  } catch (error) {
    const reason = error.cause?.message ?? error.message;
    console.log(`not yet: ${reason}`);
    if (Date.now() > giveUpAt) process.exit(1);
    await new Promise((resolve) => setTimeout(resolve, 2_000));
  }
}
