import { afterEach, expect, jest, test } from '@jest/globals';
import { configOf, createTroop, LEASE_MS } from '../support/troop.js';
import type { Troop } from '../support/troop.js';

jest.setTimeout(120_000);

let troop: Troop;
afterEach(() => troop.close());

test('the last byte of a push that is cut off comes before another replica could have acquired the Lease', async () => {
  // Slow enough that the push outlasts the lease by far.
  troop = await createTroop({
    gateways: 1,
    replicas: 1,
    kong: { validate: false },
    args: ['--allow-empty'],
  });
  const { world } = troop;
  const [pod] = world.pods();
  await troop.untilLeader();
  pod!.kong.faults.set({ bodyBytesPerSecond: 100_000 });
  world.setConfig('shop', { 'kong.yaml': configOf('one', 8_000) });
  const push = () => pod!.kong.requests.find(({ method }) => method === 'POST');
  await troop.until('a push under way', () => (push()?.bytesReceived ?? 0) > 0);

  // From its next renewal on the leader cannot renew any more.
  const renewTime = (): string => JSON.stringify(world.kube.list('Lease')[0]!['spec']);
  const before = renewTime();
  await troop.until('a renewal', () => renewTime() !== before);
  const renewedAt = performance.now();
  world.kube.fail(500, Infinity, ({ method, path }) => method === 'PUT' && path.includes('/leases/'));

  let last = { bytes: 0, at: 0 };
  const note = (): void => {
    const bytes = push()!.bytesReceived;
    if (bytes > last.bytes) last = { bytes, at: performance.now() };
  };
  note();
  const stopNoting = pod!.kong.onChange(note);
  const looking = setInterval(note, 5);
  await troop.until('the loss of the Lease', () => troop.said('leadership-lost').length > 0);
  await troop.until('the end of the push', () => push()!.status === 'cut');
  clearInterval(looking);
  stopNoting();
  note();
  expect(last.bytes).toBeLessThan(Number(push()!.headers.contentLength));
  expect(last.at).toBeGreaterThan(renewedAt);
  expect(last.at - renewedAt).toBeLessThan(LEASE_MS);
});
