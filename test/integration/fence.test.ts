import { existsSync, readFileSync } from 'node:fs';
import { afterEach, expect, jest, test } from '@jest/globals';
import { configOf, createTroop, LEASE_MS } from '../support/troop.js';
import type { Troop } from '../support/troop.js';

jest.setTimeout(120_000);

const CONNECTIONS = '/proc/net/tcp';
const onLinux = existsSync(CONNECTIONS) ? test : test.skip;

let troop: Troop;
afterEach(() => troop.close());

/** How many bytes our kernel still has to send to a port, whoever's connection it is or was. */
function bytesLeftFor(port: number): number {
  const remote = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const columns = readFileSync(CONNECTIONS, 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/));
  return columns
    .filter(([, , to]) => to?.endsWith(remote))
    .reduce((sum, [, , , , queues = '0']) => sum + parseInt(queues, 16), 0);
}

onLinux(
  'the last byte of a push that is cut off leaves before another replica could have acquired the Lease',
  async () => {
    troop = await createTroop({ gateways: 1, replicas: 1, kong: { validate: false } });
    const { world } = troop;
    const { kong } = world.pods()[0]!;
    // The push takes far longer than the lease lasts, and our kernel has its fill all the while.
    kong.faults.set({ bodyBytesPerSecond: 50_000 });
    world.setConfig('shop', { 'kong.yaml': configOf('one', 8_000) });
    const push = () => kong.requests.find(({ method }) => method === 'POST');
    await troop.until('a push under way', () => (push()?.bytesReceived ?? 0) > 0);
    const renewTime = (): string => JSON.stringify(world.kube.list('Lease')[0]!['spec']);
    const before = renewTime();
    await troop.until('a renewal', () => renewTime() !== before);
    const renewedAt = performance.now();
    world.kube.fail(500, Infinity, ({ method, path }) => method === 'PUT' && path.includes('/leases/'));

    let leftAt = 0;
    const looking = setInterval(() => {
      if (bytesLeftFor(kong.adminPort) > 0) leftAt = performance.now();
    }, 5);
    await troop.until('the loss of the Lease', () => troop.said('leadership-lost').length > 0);
    await troop.until('the end of the push', () => push()!.status === 'cut');
    clearInterval(looking);
    expect(leftAt).toBeGreaterThan(renewedAt + LEASE_MS / 3);
    expect(leftAt - renewedAt).toBeLessThan(LEASE_MS);
    expect(push()!.bytesReceived).toBeLessThan(Number(push()!.headers.contentLength));
    expect(kong.loads).toEqual([]);
  },
);
