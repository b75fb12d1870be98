import { expect, test } from '@jest/globals';
import { leaseObjection } from '../../../../src/cli/sync/targets.js';
import { systemClock } from '../../../../src/clock/clock.js';
import { createClient } from '../../../../src/kube/client/client.js';
import { readSettings } from '../../../../src/settings/read.js';

const NOW = new Date('2026-01-01T00:00:30Z');
const { values } = readSettings({ 'kong-admin-svc': ['kong/kong-admin'] }, {});
const NAME = `${values['election-id']}-ctl`;

const lease = (holder: string, renewTime: string): object => ({
  metadata: { name: NAME, namespace: 'ctl', uid: 'u', resourceVersion: '1' },
  spec: { holderIdentity: holder, leaseDurationSeconds: 15, renewTime },
});

type Send = Parameters<typeof createClient>[0]['send'];
type Answer = Awaited<ReturnType<Send>>;

/** A cluster that answers by path: with an object, or with a status. */
function cluster(answers: Readonly<Record<string, object | number>>): Parameters<typeof leaseObjection>[1] {
  const send: Send = async ({ path }) => {
    const answer = answers[path.split('?')[0] ?? ''] ?? 404;
    const body = Buffer.from(JSON.stringify(typeof answer === 'number' ? { kind: 'Status' } : answer));
    return {
      status: typeof answer === 'number' ? answer : 200,
      headers: {},
      body: (async function* () {
        yield body;
      })(),
    } as unknown as Answer;
  };
  return {
    client: createClient({ send, clock: systemClock }),
    namespace: 'mine',
    close: async () => undefined,
  };
}

const ALL = '/apis/coordination.k8s.io/v1/leases';
const ONE = `/apis/coordination.k8s.io/v1/namespaces/ctl/leases/${NAME}`;
const list = (...items: object[]): object => ({ items, metadata: {} });

test('a Lease that is renewed stands in the way, whatever its namespace', async () => {
  const held = cluster({ [ALL]: list(lease('silverback-1', '2026-01-01T00:00:25.000000Z')) });
  expect(await leaseObjection(values, held, NOW)).toContain(`silverback-1 holds the Lease ctl/${NAME}`);
});

test('one that ran out or was laid down does not, nor one of another name', async () => {
  const old = lease('silverback-1', '2026-01-01T00:00:05.000000Z');
  const released = lease('', '2026-01-01T00:00:29.000000Z');
  const other = {
    ...lease('x', '2026-01-01T00:00:29.000000Z'),
    metadata: { name: 'y', namespace: 'ctl', resourceVersion: '1' },
  };
  expect(await leaseObjection(values, cluster({ [ALL]: list(old, released, other) }), NOW)).toBeUndefined();
});

test('whoever may not list them all must be able to look where it would be', async () => {
  expect(await leaseObjection(values, cluster({ [ALL]: 403 }), NOW)).toBeUndefined();
  const given = { ...values, 'election-namespace': 'ctl' };
  expect(await leaseObjection(given, cluster({ [ONE]: 403 }), NOW)).toContain('cannot be told');
  const held = cluster({ [ONE]: lease('silverback-1', '2026-01-01T00:00:29.000000Z') });
  expect(await leaseObjection(given, held, NOW)).toContain('holds the Lease');
});
