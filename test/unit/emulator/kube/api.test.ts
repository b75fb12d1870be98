import { describe, expect, test } from '@jest/globals';

import { createKubeApi, type ApiAnswer, type KubeApi } from '../../../../src/emulator/kube/api.js';
import { createStore } from '../../../../src/emulator/kube/store.js';
import { createVirtualClock, type VirtualClock } from '../../../support/virtual-clock.js';

const MAPS = '/api/v1/namespaces/kong/configmaps';
const LEASES = '/apis/coordination.k8s.io/v1/namespaces/kong/leases';

interface Line {
  readonly type: string;
  readonly object: {
    readonly metadata: { readonly name?: string; readonly resourceVersion: string };
    readonly code?: number;
    readonly data?: unknown;
  };
}

function start(goneAs: 'event' | 'status' = 'event'): {
  api: KubeApi;
  clock: VirtualClock;
  call: (method: string, path: string, body?: unknown, contentType?: string) => Answered;
  watch: (path: string) => { lines: Line[]; ended: () => boolean; close: () => void; types: () => string[] };
} {
  const clock = createVirtualClock();
  let made = 0;
  const store = createStore({ uid: () => `uid-${(made += 1)}`, wall: () => clock.wall() });
  const after = (ms: number, fn: () => void): (() => void) => clock.after(ms, fn);
  const api = createKubeApi({ store, after, bookmarkMs: 60_000, goneAs });
  return {
    api,
    clock,
    call(method, path, body, contentType = 'application/merge-patch+json') {
      return answered(api.handle({ method, path, contentType, body: JSON.stringify(body) }));
    },
    watch(path) {
      const answer = api.handle({ method: 'GET', path });
      if (!('watch' in answer)) throw new Error(`no watch: ${answer.status}`);
      const lines: Line[] = [];
      let ended = false;
      const close = answer.watch.open({
        line: (text) => lines.push(JSON.parse(text) as Line),
        end: () => (ended = true),
      });
      return {
        lines,
        close,
        ended: () => ended,
        types: () => lines.map(({ type, object }) => `${type} ${object.metadata.name ?? ''}`.trim()),
      };
    },
  };
}

/** What tests look at in an answer: an object, a list or a Status. */
interface Body {
  readonly kind?: string;
  readonly reason?: string;
  readonly gitVersion?: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly data?: unknown;
  readonly stringData?: unknown;
  readonly items: readonly Body[];
}

interface Answered {
  readonly status: number;
  readonly body: Body;
}

const names = ({ items }: Body): unknown[] => items.map(({ metadata }) => metadata['name']);

function answered(answer: ApiAnswer): Answered {
  if ('watch' in answer) throw new Error('a watch');
  return { status: answer.status, body: answer.body as Body };
}

const map = (
  name: string,
  labels: Record<string, string> = {},
  data: Record<string, string> = {},
): object => ({
  metadata: { name, labels },
  data,
});
const lease = (spec: object = {}, metadata: object = {}): object => ({
  metadata: { name: 'l', ...metadata },
  spec,
});

describe('Secrets', () => {
  const SECRETS = '/api/v1/namespaces/kong/secrets';

  test('hold a MiB and no more, are patched with a version, and found by name', () => {
    const { call } = start();
    const secret = (size: number): object => ({
      metadata: { name: 's' },
      data: { k: Buffer.alloc(size).toString('base64') },
    });
    expect(call('POST', SECRETS, secret(1024 * 1024 + 1)).status).toBe(422);
    expect(call('POST', SECRETS, secret(1024 * 1024)).status).toBe(201);
    const patch = (resourceVersion: string): number =>
      call('PATCH', `${SECRETS}/s`, { metadata: { resourceVersion }, data: { k: 'YQ==' } }).status;
    expect([patch('1'), patch('1')]).toEqual([200, 409]);
    call('POST', SECRETS, { metadata: { name: 'other' } });
    expect(call('GET', `${SECRETS}?fieldSelector=metadata.name%3Ds`).body).toMatchObject({
      items: [{ metadata: { name: 's' }, data: { k: 'YQ==' } }],
    });
  });
});

test('who asks is told', () => {
  const { api } = start();
  const path = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
  const who = (client?: string): unknown => api.handle({ method: 'POST', path, body: '{}', client });
  expect(who('anna')).toMatchObject({ status: 201, body: { status: { userInfo: { username: 'anna' } } } });
  expect(who()).toMatchObject({ body: { status: { userInfo: { username: 'system:anonymous' } } } });
});

describe('objects', () => {
  test('get a uid, a version and a creation time', () => {
    const { call } = start();
    const { status, body } = call('POST', MAPS, map('a', {}, { k: 'v' }));
    expect(status).toBe(201);
    expect(body).toMatchObject({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name: 'a',
        namespace: 'kong',
        uid: 'uid-1',
        resourceVersion: '1',
        creationTimestamp: '2026-01-01T00:00:00Z',
      },
      data: { k: 'v' },
    });
    expect(call('GET', `${MAPS}/a`).body).toEqual(body);
  });

  test('have versions of one counter, whatever their kind', () => {
    const { call } = start();
    call('POST', MAPS, map('a'));
    expect(call('POST', LEASES, lease()).body.metadata['resourceVersion']).toBe('2');
    expect(call('DELETE', `${MAPS}/a`).status).toBe(200);
    expect(call('POST', MAPS, map('b')).body.metadata['resourceVersion']).toBe('4');
  });

  test('exist once by name (409 AlreadyExists), and anew with another uid after a deletion', () => {
    const { call } = start();
    call('POST', MAPS, map('a'));
    expect(call('POST', MAPS, map('a'))).toMatchObject({ status: 409, body: { reason: 'AlreadyExists' } });
    call('DELETE', `${MAPS}/a`);
    expect(call('GET', `${MAPS}/a`)).toMatchObject({
      status: 404,
      body: { kind: 'Status', reason: 'NotFound' },
    });
    expect(call('POST', MAPS, map('a')).body.metadata['uid']).toBe('uid-2');
  });

  test('that are sent as they are make no new version', () => {
    const { call } = start();
    const { body } = call('POST', MAPS, map('a'));
    expect(call('PUT', `${MAPS}/a`, body).body).toEqual(body);
    expect(call('PATCH', `${MAPS}/a`, {}).body).toEqual(body);
  });

  test('are replaced whole by a PUT, but for what the server keeps', () => {
    const { call } = start();
    const { metadata } = call('POST', MAPS, map('a', { x: 'y' }, { k: 'v' })).body;
    const { body } = call('PUT', `${MAPS}/a`, { metadata: { name: 'a' } });
    expect(body.data).toBeUndefined();
    expect(body.metadata['labels']).toBeUndefined();
    expect(body.metadata).toMatchObject({
      uid: metadata['uid'],
      creationTimestamp: metadata['creationTimestamp'],
    });
  });

  test('are merged by a PATCH: null removes', () => {
    const { call } = start();
    call('POST', MAPS, map('a', {}, { keep: '1', drop: '2', change: '3' }));
    const { body } = call('PATCH', `${MAPS}/a`, { data: { drop: null, change: '4' } });
    expect(body.data).toEqual({ keep: '1', change: '4' });
    expect(call('PATCH', `${MAPS}/a`, {}, 'application/json-patch+json').status).toBe(415);
    expect(call('PATCH', `${MAPS}/gone`, {}).status).toBe(404);
  });

  test('are refused when they are none (400) or not well named (422)', () => {
    const { call, api } = start();
    expect(answered(api.handle({ method: 'POST', path: MAPS, body: 'x' })).status).toBe(400);
    expect(call('POST', MAPS, []).status).toBe(400);
    expect(call('POST', MAPS, { kind: 'Secret', metadata: { name: 'a' } }).status).toBe(400);
    expect(call('POST', MAPS, { metadata: { name: 'a', namespace: 'other' } }).status).toBe(400);
    expect(call('POST', MAPS, map('Not_A_Name')).status).toBe(422);
    expect(call('POST', MAPS, { metadata: { name: 'a', labels: { x: 1 } } }).status).toBe(422);
    expect(call('POST', MAPS, { metadata: { name: 'a', resourceVersion: '1' } }).status).toBe(422);
    expect(call('PUT', `${MAPS}/a`, map('b')).status).toBe(400);
  });

  test('of kinds that nobody serves are not found, and methods that nobody allows are refused', () => {
    const { call } = start();
    expect(call('GET', '/apis/apps/v1/namespaces/kong/deployments').status).toBe(404);
    expect(call('GET', `${MAPS}/a/status`).status).toBe(404);
    expect(call('DELETE', MAPS).status).toBe(405);
    expect(call('POST', '/api/v1/configmaps', map('a')).status).toBe(405);
  });

  test("of a Secret's stringData become data in base64", () => {
    const { call } = start();
    const secret = { metadata: { name: 's' }, data: { a: 'YQ==' }, stringData: { b: 'b' } };
    const { body } = call('POST', '/api/v1/namespaces/kong/secrets', secret);
    expect(body.data).toEqual({ a: 'YQ==', b: 'Yg==' });
    expect(body.stringData).toBeUndefined();
  });

  test('the server itself answers for', () => {
    const { call } = start();
    expect(call('GET', '/readyz')).toEqual({ status: 200, body: 'ok' });
    expect(call('GET', '/version').body.gitVersion).toMatch(/^v1\./);
  });
});

describe('an update', () => {
  test('of an old version is a conflict', () => {
    const { call } = start();
    const { metadata } = call('POST', MAPS, map('a')).body;
    const update = {
      metadata: { name: 'a', resourceVersion: metadata['resourceVersion'] },
      data: { k: 'v' },
    };
    expect(call('PUT', `${MAPS}/a`, update).status).toBe(200);
    expect(call('PUT', `${MAPS}/a`, update)).toMatchObject({ status: 409, body: { reason: 'Conflict' } });
    expect(call('PATCH', `${MAPS}/a`, { metadata: { resourceVersion: '1' } }).status).toBe(409);
  });

  test('of another uid is a conflict', () => {
    const { call } = start();
    call('POST', MAPS, map('a'));
    expect(call('PUT', `${MAPS}/a`, { metadata: { name: 'a', uid: 'other' } }).status).toBe(409);
  });

  test('without a version replaces whatever is there, but never a Lease', () => {
    const { call } = start();
    call('POST', MAPS, map('a'));
    call('POST', LEASES, lease());
    expect(call('PUT', `${MAPS}/a`, map('a', {}, { k: 'v' })).status).toBe(200);
    expect(call('PUT', `${LEASES}/l`, lease()).status).toBe(422);
  });

  test('of what is gone: not found, but a Lease is created, unless the update names a uid', () => {
    const { call } = start();
    expect(call('PUT', `${MAPS}/a`, map('a')).status).toBe(404);
    expect(call('PUT', `${LEASES}/l`, lease({}, { uid: 'u', resourceVersion: '5' })).status).toBe(409);
    expect(call('PUT', `${LEASES}/l`, lease({}, { resourceVersion: '5' })).status).toBe(201);
  });
});

describe('a Lease', () => {
  test.each([
    [{ leaseDurationSeconds: 0 }, 422],
    [{ leaseTransitions: -1 }, 422],
    [{ renewTime: '2026-01-01T00:00:00.000Z' }, 400],
    [{ acquireTime: 5 }, 400],
    [{ renewTime: '2026-01-01T00:00:00.000000Z', acquireTime: null, leaseDurationSeconds: 1 }, 201],
  ])('%j gets %i', (spec, status) => {
    expect(start().call('POST', LEASES, lease(spec)).status).toBe(status);
  });
});

describe('a list', () => {
  test('shows one namespace or all, by name, without the kind of each', () => {
    const { call } = start();
    call('POST', MAPS, map('b'));
    call('POST', MAPS, map('a'));
    call('POST', '/api/v1/namespaces/other/configmaps', map('c'));
    const { body } = call('GET', MAPS);
    expect(body).toMatchObject({ kind: 'ConfigMapList', metadata: { resourceVersion: '3' } });
    expect(names(body)).toEqual(['a', 'b']);
    expect(body.items[0]!.kind).toBeUndefined();
    expect(call('GET', '/api/v1/configmaps').body.items).toHaveLength(3);
  });

  test.each([
    ['app=kong', 'a'],
    ['app==kong,tier=x', 'a'],
    ['app!=kong', 'bc'],
    ['app in (kong, other)', 'ab'],
    ['app notin (kong)', 'bc'],
    ['app', 'ab'],
    ['!app', 'c'],
    ['app in (kong,other),tier', 'a'],
    ['', 'abc'],
  ])('by the labels %s', (selector, expected) => {
    const { call } = start();
    call('POST', MAPS, map('a', { app: 'kong', tier: 'x' }));
    call('POST', MAPS, map('b', { app: 'other' }));
    call('POST', MAPS, map('c'));
    const { body } = call('GET', `${MAPS}?labelSelector=${encodeURIComponent(selector)}`);
    expect(names(body).join('')).toBe(expected);
  });

  test('by fields: the name and the namespace', () => {
    const { call } = start();
    for (const name of ['a', 'b']) call('POST', MAPS, map(name));
    expect(call('GET', `${MAPS}?fieldSelector=metadata.name%3Db`).body.items).toHaveLength(1);
    expect(call('GET', `${MAPS}?fieldSelector=metadata.name!%3Db`).body.items).toHaveLength(1);
    expect(call('GET', `${MAPS}?fieldSelector=spec.x%3Db`).status).toBe(400);
    expect(call('GET', `${MAPS}?labelSelector=a%3D%3D%3Db`).status).toBe(400);
  });

  test('comes in pages that all show one moment, and expire with it', () => {
    const { call, api } = start();
    for (const name of ['a', 'b', 'c', 'd', 'e']) call('POST', MAPS, map(name));
    const first = call('GET', `${MAPS}?limit=2`).body;
    expect(first.metadata).toMatchObject({ resourceVersion: '5', remainingItemCount: 3 });
    call('DELETE', `${MAPS}/c`);
    const second = call('GET', `${MAPS}?limit=2&continue=${String(first.metadata['continue'])}`).body;
    expect(second.metadata['resourceVersion']).toBe('5');
    expect(names(second)).toEqual(['c', 'd']);
    api.compact();
    expect(call('GET', `${MAPS}?limit=2&continue=${String(second.metadata['continue'])}`)).toMatchObject({
      status: 410,
      body: { reason: 'Expired' },
    });
  });
});

describe('a watch', () => {
  test('from a version gets everything since, in order, then what comes', () => {
    const { call, watch } = start();
    call('POST', MAPS, map('a'));
    call('POST', MAPS, map('b'));
    call('DELETE', `${MAPS}/a`);
    const watching = watch(`${MAPS}?watch=true&resourceVersion=1`);
    expect(watching.types()).toEqual(['ADDED b', 'DELETED a']);
    call('PATCH', `${MAPS}/b`, { data: { k: 'v' } });
    call('POST', '/api/v1/namespaces/other/configmaps', map('c'));
    call('POST', LEASES, lease());
    expect(watching.types()).toEqual(['ADDED b', 'DELETED a', 'MODIFIED b']);
    expect(watching.lines.map(({ object }) => object.metadata.resourceVersion)).toEqual(['2', '3', '4']);
  });

  test.each(['', '&resourceVersion=0'])('from any version (%s) gets what is there as added', (version) => {
    const { call, watch } = start();
    call('POST', MAPS, map('a'));
    expect(watch(`${MAPS}?watch=1${version}`).types()).toEqual(['ADDED a']);
  });

  test('with a selector sees objects come and go as they start and stop to match', () => {
    const { call, watch } = start();
    const watching = watch(`${MAPS}?watch=true&labelSelector=app%3Dkong`);
    call('POST', MAPS, map('a'));
    call('PATCH', `${MAPS}/a`, { metadata: { labels: { app: 'kong' } }, data: { k: '1' } });
    call('PATCH', `${MAPS}/a`, { data: { k: '2' } });
    call('PATCH', `${MAPS}/a`, { metadata: { labels: null }, data: { k: '3' } });
    call('DELETE', `${MAPS}/a`);
    expect(watching.types()).toEqual(['ADDED a', 'MODIFIED a', 'DELETED a']);
    const deleted = watching.lines[2]!.object;
    expect(deleted.data).toEqual({ k: '2' });
    expect(deleted.metadata.resourceVersion).toBe('4');
  });

  test('gets bookmarks when it takes them, and one before its end', async () => {
    const { call, watch, clock } = start();
    const watching = watch(
      `${MAPS}?watch=true&resourceVersion=0&allowWatchBookmarks=true&timeoutSeconds=100`,
    );
    const plain = watch(`${MAPS}?watch=true&resourceVersion=0&timeoutSeconds=100`);
    call('POST', LEASES, lease());
    await clock.advance(60_000);
    expect(watching.lines).toMatchObject([
      { type: 'BOOKMARK', object: { metadata: { resourceVersion: '1' } } },
    ]);
    await clock.advance(40_000);
    expect(watching.types()).toEqual(['BOOKMARK', 'BOOKMARK']);
    expect([watching.ended(), plain.ended()]).toEqual([true, true]);
    expect(plain.lines).toEqual([]);
    await clock.advance(1000_000);
    expect(watching.lines).toHaveLength(2);
  });

  test('from a forgotten version is told 410, as an event or as a status', () => {
    const asEvent = start();
    asEvent.call('POST', MAPS, map('a'));
    asEvent.call('POST', MAPS, map('b'));
    asEvent.api.compact();
    const watching = asEvent.watch(`${MAPS}?watch=true&resourceVersion=1`);
    expect(watching.lines).toMatchObject([{ type: 'ERROR', object: { code: 410, reason: 'Expired' } }]);
    expect(watching.ended()).toBe(true);
    expect(asEvent.watch(`${MAPS}?watch=true&resourceVersion=2`).lines).toEqual([]);

    const asStatus = start('status');
    asStatus.call('POST', MAPS, map('a'));
    asStatus.call('POST', MAPS, map('b'));
    asStatus.api.compact();
    expect(asStatus.call('GET', `${MAPS}?watch=true&resourceVersion=1`).status).toBe(410);
  });

  test('that is closed gets nothing more', () => {
    const { call, watch } = start();
    const watching = watch(`${MAPS}?watch=true`);
    watching.close();
    call('POST', MAPS, map('a'));
    expect(watching.lines).toEqual([]);
  });

  test('from what is no version is refused', () => {
    expect(start().call('GET', `${MAPS}?watch=true&resourceVersion=x`).status).toBe(400);
  });
});
