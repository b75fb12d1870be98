import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { Agent, request } from 'undici';

import {
  startKubeEmulator,
  type AppliedObject,
  type KubeEmulator,
  type KubeEmulatorOptions,
} from '../../../../src/emulator/kube/kube-emulator.js';
import { makeCertificates } from '../../../support/certificates.js';
import { eventually } from '../../kube/eventually.js';

const MAPS = '/api/v1/namespaces/kong/configmaps';
jest.setTimeout(60_000);

const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

interface World {
  readonly kube: KubeEmulator;
  readonly get: (
    path?: string,
    token?: string,
  ) => Promise<{ status: number; body: string; retryAfter: unknown }>;
  /** The text of a watch, as it grows. */
  readonly watch: (query?: string) => Promise<{ text: () => string; ended: () => boolean }>;
}

async function start(options: KubeEmulatorOptions = {}): Promise<World> {
  const kube = await startKubeEmulator(options);
  const agent = new Agent();
  closing.push(
    () => agent.destroy(),
    () => kube.close(),
  );
  return {
    kube,
    async get(path = MAPS, token) {
      const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
      const answer = await request(`${kube.url}${path}`, { dispatcher: agent, headers });
      const body = await answer.body.text();
      return { status: answer.statusCode, body, retryAfter: answer.headers['retry-after'] };
    },
    async watch(query = '') {
      const answer = await request(`${kube.url}${MAPS}?watch=true${query}`, { dispatcher: agent });
      let text = '';
      let ended = false;
      answer.body.on('data', (chunk: Buffer) => (text += chunk.toString()));
      for (const event of ['end', 'error', 'close']) answer.body.on(event, () => (ended = true));
      return { text: () => text, ended: () => ended };
    },
  };
}

const map = (name: string, data: Record<string, string> = {}): AppliedObject => ({
  kind: 'ConfigMap',
  metadata: { name, namespace: 'kong' },
  data,
});

describe('from the program', () => {
  test('objects are applied, read, listed and removed, and changes are heard', async () => {
    const { kube, get } = await start();
    const changes: string[] = [];
    kube.onChange(({ type, object }) => changes.push(`${type} ${object.metadata.name}`));
    kube.apply(map('a', { k: '1' }));
    kube.apply(map('a', { k: '2' }));
    kube.apply({ kind: 'Lease', metadata: { name: 'l', namespace: 'kong' }, spec: {} });
    kube.apply({ kind: 'Lease', metadata: { name: 'l', namespace: 'kong' }, spec: { holderIdentity: 'x' } });
    expect(kube.get('ConfigMap', 'kong', 'a')).toMatchObject({ data: { k: '2' } });
    expect(kube.get('ConfigMap', 'kong', 'b')).toBeUndefined();
    expect(kube.list('ConfigMap')).toHaveLength(1);
    expect((await get()).body).toContain('"k":"2"');
    kube.remove('ConfigMap', 'kong', 'a');
    expect(changes).toEqual(['ADDED a', 'MODIFIED a', 'ADDED l', 'MODIFIED l', 'DELETED a']);
    expect(() => kube.apply({ kind: 'Gadget', metadata: { name: 'a', namespace: 'kong' } })).toThrow(
      /no Gadget/,
    );
  });

  test('requests are logged with who asked and what became of it, and never a token', async () => {
    const { kube, get } = await start({ tokens: { 'secret-1': 'first' } });
    const heard: string[] = [];
    kube.onRequest(({ method }) => heard.push(method));
    await get(`${MAPS}?limit=5`, 'secret-1');
    await get('/nope', 'wrong');
    expect(kube.requests).toMatchObject([
      { method: 'GET', path: MAPS, query: 'limit=5', client: 'first', watch: false, status: 200 },
      { path: '/nope', client: undefined, status: 401 },
    ]);
    expect(heard).toEqual(['GET', 'GET']);
    expect(JSON.stringify(kube.requests)).not.toContain('secret-1');
  });

  test('tokens are changed while it runs', async () => {
    const { kube, get } = await start({ tokens: { old: 'a' } });
    expect((await get(MAPS, 'old')).status).toBe(200);
    kube.setTokens({ new: 'a' });
    expect((await get(MAPS, 'old')).status).toBe(401);
    expect((await get(MAPS, 'new')).status).toBe(200);
  });
});

describe('faults', () => {
  test('fail the next requests that match', async () => {
    const { kube, get } = await start();
    kube.fail(500, 2);
    kube.inject({
      fault: { kind: 'fail', status: 429, retryAfterSeconds: 7 },
      match: ({ path }) => path === '/x',
    });
    expect([(await get()).status, (await get()).status, (await get()).status]).toEqual([500, 500, 200]);
    expect(await get('/x')).toMatchObject({ status: 429, retryAfter: '7' });
  });

  test('pause: accepted, not answered, and done when lifted', async () => {
    const { kube, get, watch } = await start();
    const watching = await watch();
    const lift = kube.pause();
    const answer = get();
    await eventually(() => kube.requests.length === 2);
    kube.apply(map('a'));
    expect(kube.requests[1]!.status).toBeUndefined();
    lift();
    expect((await answer).body).toContain('"name":"a"');
    await eventually(() => watching.text().includes('"ADDED"'));
  });

  test('partition: lost for those that match, their watches silent and cut when lifted', async () => {
    const { kube, get, watch } = await start();
    const watching = await watch();
    const lift = kube.partition(({ path }) => path === MAPS);
    const lost = get().catch(() => 'lost');
    await eventually(() => kube.requests.length === 2);
    kube.apply(map('a'));
    expect((await get('/readyz')).status).toBe(200);
    expect(watching.ended()).toBe(false);
    lift();
    expect(await lost).toBe('lost');
    await eventually(() => watching.ended());
    expect(watching.text()).toBe('');
    expect((await get()).status).toBe(200);
  });

  test('swallow: the write is done, its answer lost; cut: not even done', async () => {
    const { kube } = await start();
    const post = (name: string): Promise<unknown> =>
      request(`${kube.url}${MAPS}`, { method: 'POST', body: JSON.stringify(map(name)) }).catch(() => 'lost');
    kube.swallowAnswer();
    expect(await post('a')).toBe('lost');
    kube.inject({ fault: { kind: 'cut' }, times: 1 });
    expect(await post('b')).toBe('lost');
    expect(kube.list('ConfigMap').map(({ metadata }) => metadata.name)).toEqual(['a']);
  });

  test('delay: the answer comes when the time has passed', async () => {
    const waiting: (() => void)[] = [];
    const { kube, get } = await start({
      after(ms, fn) {
        if (ms === 1234) waiting.push(fn);
        return () => undefined;
      },
    });
    kube.delay(1234);
    const answer = get();
    await eventually(() => waiting.length === 1);
    expect(kube.requests[0]!.status).toBeUndefined();
    waiting[0]!();
    expect((await answer).status).toBe(200);
  });

  test('watches are cut, and connections refused and accepted again on the same port', async () => {
    const { kube, get, watch } = await start();
    const watching = await watch();
    kube.cutWatches();
    await eventually(() => watching.ended());
    await kube.refuse();
    await expect(get()).rejects.toThrow();
    await kube.accept();
    expect((await get()).status).toBe(200);
  });

  test('bookmarks come when asked for, and compaction ends watches from before with 410', async () => {
    const { kube, watch } = await start();
    kube.apply(map('a'));
    kube.apply(map('b'));
    const watching = await watch('&allowWatchBookmarks=true&resourceVersion=2');
    kube.bookmark();
    await eventually(() => watching.text().includes('"BOOKMARK"'));
    kube.compact();
    const old = await watch('&resourceVersion=1');
    await eventually(() => old.text().includes('"code":410') && old.ended());
  });
});

describe('over TLS', () => {
  test('it demands a client certificate when told to', async () => {
    const { ca, server, client } = await makeCertificates();
    const { kube } = await start({ tls: { ...server, clientCa: ca } });
    expect(kube.url).toMatch(/^https:/);
    const agents = [new Agent({ connect: { ca, ...client } }), new Agent({ connect: { ca } })];
    for (const agent of agents) closing.push(() => agent.destroy());
    const [good, bad] = agents.map((dispatcher) => request(`${kube.url}/readyz`, { dispatcher }));
    expect(await (await good!).body.text()).toBe('ok');
    await expect(bad).rejects.toThrow();
  });
});

test('a body that is too large, or a wild path, ends the request and not the server', async () => {
  const { kube, get } = await start();
  await expect(
    request(`${kube.url}${MAPS}`, { method: 'POST', body: 'x'.repeat(4 * 1024 * 1024) }),
  ).rejects.toThrow();
  await expect(get('/api/v1/namespaces/%E0%A4%A/configmaps')).resolves.toMatchObject({ status: 404 });
  expect((await get()).status).toBe(200);
});
