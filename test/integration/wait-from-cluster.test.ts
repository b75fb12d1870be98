import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { CONFIG_NAMESPACE } from '../../src/demo/world.js';
import { startCommand } from '../support/command.js';
import { configOf, createTroop } from '../support/troop.js';
import type { Troop } from '../support/troop.js';

jest.setTimeout(120_000);

const HISTORY = ['--history-secret', 'history'];
const SOURCE = ['--for-source', `${CONFIG_NAMESPACE}/shop`];
const SERVICE = ['--kong-admin-svc', 'kong/kong-admin'];
let troop: Troop;
let marks = 0;
const kubeconfig = (): string[] => ['--kubeconfig', join(troop.folder, 'kubeconfig')];

const edit = (): void => troop.world.setConfig('shop', { 'kong.yaml': configOf(`mark-${(marks += 1)}`) });
const served = (): string[] => [...new Set(troop.world.pods().map(({ kong }) => kong.hash().slice(0, 8)))];

interface Ran {
  readonly code: number | string;
  readonly out: string;
  readonly err: string;
}
async function wait(...args: readonly string[]): Promise<Ran> {
  const command = startCommand('wait', '--from-cluster', ...args);
  const code = await command.ended;
  expect(command.err()).not.toMatch(/^\s+at /m);
  return { code, out: command.out(), err: command.err() };
}
const waitThere = (...args: readonly string[]): Promise<Ran> => wait(...kubeconfig(), ...SERVICE, ...args);

describe('silverback wait --from-cluster', () => {
  beforeAll(async () => {
    troop = await createTroop({
      gateways: 3,
      kong: { loadMs: 300 },
      args: [...HISTORY, '--history-slots', '4'],
    });
    for (const name of ['history', ...Array.from({ length: 4 }, (_, slot) => `history-${slot}`)])
      troop.world.kube.apply({ kind: 'Secret', metadata: { name, namespace: CONFIG_NAMESPACE } });
    troop.start();
  });
  afterAll(() => troop.close());
  beforeEach(async () => {
    for (const { kong } of troop.world.pods()) kong.faults.clear();
    const edited = performance.now();
    edit();
    await troop.until('its success', () => troop.said('rollout-succeeded', edited).length > 0);
  });

  test('ends with 0 once every gateway serves an edit, and not before', async () => {
    const before = served();
    edit();
    const ran = await waitThere(...HISTORY, ...SOURCE);
    const [now, ...others] = served();
    expect([before, others]).toEqual([[expect.not.stringMatching(now!)], []]);
    expect(ran).toMatchObject({ code: 0, out: `all 3 gateways serve ${now}\n` });
    expect(await waitThere(...HISTORY, '--revision', now!)).toEqual({ code: 0, out: ran.out, err: '' });
  });

  test('ends with 1 at its timeout, and says what it waited for', async () => {
    troop.world.pods()[1]!.kong.faults.set({ refuse: true });
    const began = performance.now();
    const late = await waitThere(...HISTORY, '--timeout', '2s');
    expect(performance.now() - began).toBeGreaterThan(2_000);
    const why = new RegExp(`2 of 3 gateways serve ${served()[0]}; 1 is behind; kong-2 cannot be reached`);
    expect(late).toMatchObject({ code: 1, err: expect.stringMatching(why), out: expect.stringMatching(why) });
    expect(late.out).toMatch(/^the time is over \(--timeout\): .*\n$/);

    // No controller will ever serve it.
    troop.world.setConfig('shop', { 'kong.yaml': 'services: [{name: a, port: eighty}]' });
    const bad = await waitThere(...HISTORY, ...SOURCE, '--timeout', '1s');
    expect(bad).toMatchObject({
      code: 1,
      out: expect.stringContaining('no desired revision holds its newest'),
    });
  });

  test('without a history it says that it waits for no more than that the gateways agree', async () => {
    const ran = await waitThere();
    expect(ran).toMatchObject({ code: 0, out: `all 3 gateways serve ${served()[0]}\n` });
    expect(ran.err).toContain('no history is named (--history-secret)');
  });

  test.each([
    ['no kubeconfig', [...SERVICE], 'Pass --kubeconfig'],
    [
      'a kubeconfig that is not there',
      [...SERVICE, '--kubeconfig', '/nonexistent/it'],
      '/nonexistent/it: cannot be read',
    ],
  ])('does not wait where waiting cannot help: %s', async (_what, args, words) => {
    const ran = await wait(...args, '--timeout', '20s');
    expect(ran).toMatchObject({ code: 1, out: '', err: expect.stringContaining(words) });
  });

  test('nor where rights are missing', async () => {
    const lift = troop.world.kube.inject({
      fault: { kind: 'fail', status: 403 },
      match: ({ path, watch }) => path.includes('/endpointslices') && !watch,
    });
    const ran = await waitThere(...HISTORY, '--timeout', '20s').finally(lift);
    expect(ran).toMatchObject({ code: 1, out: '', err: expect.stringMatching(/^error: .*endpointslices/) });
  });
});

test.each([
  [[], '--from-cluster needs --kong-admin-svc'],
  [[...SERVICE, '--url', 'http://127.0.0.1:1'], '--from-cluster cannot be given together with --url'],
  [[...SERVICE, '--timeout', 'soon'], '--timeout must be a duration'],
  [[...SERVICE, '--revision', 'newest'], '--revision must be the first 8 hex digits'],
  [[...SERVICE, ...HISTORY, '--for-source', 'shop'], '--for-source must be the namespace/name'],
  [[...SERVICE, ...SOURCE], '--for-source with --from-cluster needs --history-secret'],
  [[...SERVICE, '--tiemout', '1s'], "unknown option '--tiemout'"],
])('wrong usage ends with 2: %j', async (args, words) => {
  expect(await wait(...args)).toMatchObject({ code: 2, out: '', err: expect.stringContaining(words) });
});
