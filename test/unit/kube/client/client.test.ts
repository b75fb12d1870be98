import { describe, expect, test } from '@jest/globals';

import { createClient, type KubeClient } from '../../../../src/kube/client/client.js';
import { CONFIG_MAPS, LEASES, pathOf, queryOf } from '../../../../src/kube/client/resource.js';
import type { KubeAnswer, KubeRequest } from '../../../../src/kube/client/transport.js';
import type { WatchEvent } from '../../../../src/kube/client/watch-stream.js';
import { KubeError } from '../../../../src/kube/kube-error.js';
import { createVirtualClock, type VirtualClock } from '../../../support/virtual-clock.js';

interface Scripted {
  readonly status?: number;
  readonly body?: unknown;
  readonly retryAfter?: string;
}

/** A client whose requests get these answers in turn, the last one again and again. */
function scripted(...answers: readonly (Scripted | 'hang' | Error)[]): {
  client: KubeClient;
  clock: VirtualClock;
  requests: KubeRequest[];
} {
  const clock = createVirtualClock();
  const requests: KubeRequest[] = [];
  const send = (request: KubeRequest): Promise<KubeAnswer> => {
    const answer = answers[Math.min(requests.length, answers.length - 1)]!;
    requests.push(request);
    if (answer === 'hang') return new Promise(() => undefined);
    if (answer instanceof Error) return Promise.reject(answer);
    const { status = 200, body = {}, retryAfter } = answer;
    return Promise.resolve({ status, retryAfter, body: bodyOf(body) });
  };
  return { client: createClient({ send, clock }), clock, requests };
}

async function* bodyOf(body: unknown): AsyncGenerator<Uint8Array> {
  if (body instanceof Error) throw body;
  if (Array.isArray(body)) for (const chunk of body) yield chunk as Uint8Array;
  else yield Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}

const LEASE = { resource: LEASES, namespace: 'kong', name: 'l' };
const MAPS = { resource: CONFIG_MAPS, namespace: 'kong' };
const asIs = (object: unknown): unknown => object;
const failure = (promise: Promise<unknown>): Promise<KubeError> =>
  promise.then(
    () => Promise.reject(new Error('it worked')),
    (error: unknown) => (error instanceof KubeError ? error : Promise.reject(error as Error)),
  );
const status = (code: number, reason: string, message: string, more: object = {}): Scripted => ({
  status: code,
  body: { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message, ...more },
});

describe('paths', () => {
  test('name core and grouped resources, one namespace or all, one object or many', () => {
    expect(pathOf(LEASE)).toBe('/apis/coordination.k8s.io/v1/namespaces/kong/leases/l');
    expect(pathOf(MAPS)).toBe('/api/v1/namespaces/kong/configmaps');
    expect(pathOf({ resource: CONFIG_MAPS })).toBe('/api/v1/configmaps');
  });

  test('hold whatever comes from outside as one segment', () => {
    expect(pathOf({ ...LEASE, namespace: 'a/../b', name: 'x?y' })).toBe(
      '/apis/coordination.k8s.io/v1/namespaces/a%2F..%2Fb/leases/x%3Fy',
    );
  });

  test('carry the parameters that have a value', () => {
    expect(queryOf({ limit: 5, continue: undefined, labelSelector: 'a in (b,c)' })).toBe(
      '?limit=5&labelSelector=a+in+%28b%2Cc%29',
    );
    expect(queryOf({})).toBe('');
  });
});

describe('a call', () => {
  test('sends what it is told to', async () => {
    const { client, requests } = scripted({});
    await client.get(LEASE, asIs);
    await client.create(MAPS, { a: 1 }, asIs);
    await client.update(LEASE, { b: 2 }, asIs);
    await client.patch(LEASE, { c: 3 }, asIs);
    await client.delete(LEASE);
    const lease = pathOf(LEASE);
    expect(requests.map(({ method, path, contentType, body }) => [method, path, contentType, body])).toEqual([
      ['GET', lease, undefined, undefined],
      ['POST', pathOf(MAPS), 'application/json', '{"a":1}'],
      ['PUT', lease, 'application/json', '{"b":2}'],
      ['PATCH', lease, 'application/merge-patch+json', '{"c":3}'],
      ['DELETE', lease, undefined, undefined],
    ]);
  });

  test('gives what the parser makes of the answer', async () => {
    const { client } = scripted({ body: { kind: 'Lease' } });
    await expect(client.get(LEASE, (object) => (object as { kind: string }).kind)).resolves.toBe('Lease');
  });

  test('fails with the status, reason and words of the server', async () => {
    const { client } = scripted(status(409, 'AlreadyExists', 'leases "l" already exists'));
    const error = await failure(client.get(LEASE, asIs));
    expect(error).toMatchObject({ status: 409, reason: 'AlreadyExists' });
    expect(error.message).toBe(`GET ${pathOf(LEASE)}: 409 AlreadyExists: leases "l" already exists`);
  });

  test("tells the status alone when the answer is not the API server's, and quotes nothing of it", async () => {
    const { client } = scripted({ status: 502, body: '<html>secret</html>' });
    const error = await failure(client.get(LEASE, asIs));
    expect(error).toMatchObject({ status: 502, reason: 'Unknown' });
    expect(error.message).not.toContain('secret');
  });

  test('cuts long words short', async () => {
    const { client } = scripted(status(422, 'Invalid', 'x'.repeat(10_000)));
    expect((await failure(client.get(LEASE, asIs))).message.length).toBeLessThan(700);
  });

  test('tells an answer that is no JSON', async () => {
    const { client } = scripted({ body: 'hello' });
    expect(await failure(client.get(LEASE, asIs))).toMatchObject({ status: 0, reason: 'BadAnswer' });
  });

  test("tells what the parser says of the server's object", async () => {
    const { client } = scripted({});
    const error = await failure(
      client.get(LEASE, () => {
        throw new Error('no spec');
      }),
    );
    expect(error).toMatchObject({ reason: 'BadAnswer', message: `GET ${pathOf(LEASE)}: no spec` });
  });

  test('names the network error, also where only a cause says something', async () => {
    const refused = Object.assign(new Error('connect refused 10.0.0.1:443'), { code: 'ECONNREFUSED' });
    for (const error of [refused, new Error('', { cause: refused }), new AggregateError([refused], '')]) {
      const { client } = scripted(error);
      const told = await failure(client.get(LEASE, asIs));
      expect(told).toMatchObject({ status: 0, reason: 'Unreachable' });
      expect(told.message).toContain('ECONNREFUSED: connect refused 10.0.0.1:443');
    }
  });

  test('is given up when its time is over, before the answer or in the middle of it', async () => {
    const never: AsyncIterable<Uint8Array> = {
      [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => undefined) }),
    };
    const clock = createVirtualClock();
    const stalling = createClient({
      clock,
      send: () => Promise.resolve({ status: 200, retryAfter: undefined, body: never }),
    });
    const hanging = scripted('hang');
    const errors = [
      failure(hanging.client.get(LEASE, asIs)),
      failure(stalling.get(LEASE, asIs, { timeoutMs: 500 })),
    ];
    await hanging.clock.advance(10_000);
    await clock.advance(500);
    for (const error of await Promise.all(errors))
      expect(error).toMatchObject({ status: 0, reason: 'Timeout' });
    expect(hanging.requests[0]!.signal.aborted).toBe(true);
  });

  test('is given up when the caller aborts, at once or before it began', async () => {
    const { client, requests } = scripted('hang');
    const controller = new AbortController();
    const during = failure(client.get(LEASE, asIs, { signal: controller.signal }));
    controller.abort();
    const before = failure(client.get(LEASE, asIs, { signal: controller.signal }));
    expect((await during).reason).toBe('Aborted');
    expect((await before).reason).toBe('Aborted');
    expect(requests.every(({ signal }) => signal.aborted)).toBe(true);
  });
});

describe('Retry-After', () => {
  test.each([
    ['429 with a header', { status: 429, retryAfter: '2' }],
    ['503 with a header', { status: 503, retryAfter: '2' }],
    [
      'a Status with details',
      status(429, 'TooManyRequests', 'slow down', { details: { retryAfterSeconds: 2 } }),
    ],
  ])('is honoured: %s', async (_what, answer) => {
    const { client, clock, requests } = scripted(answer, {});
    const done = client.get(LEASE, asIs);
    await clock.advance(1999);
    expect(requests).toHaveLength(1);
    await clock.advance(1);
    await done;
    expect(requests).toHaveLength(2);
  });

  test('that is longer than the time left is handed to the caller', async () => {
    const { client, requests } = scripted({ status: 429, retryAfter: '30' });
    const error = await failure(client.get(LEASE, asIs));
    expect(error).toMatchObject({ status: 429, reason: 'TooManyRequests', retryAfterMs: 30_000 });
    expect(requests).toHaveLength(1);
  });

  test('of zero seconds does not become a tight loop', async () => {
    const { client, clock, requests } = scripted({ status: 503, retryAfter: '0' });
    const error = failure(client.get(LEASE, asIs));
    await clock.advance(10_000);
    expect((await error).status).toBe(503);
    expect(requests.length).toBeLessThanOrEqual(40);
  });

  test('that is nonsense is none', async () => {
    for (const retryAfter of ['soon', '-1', '1e9', '99999999999']) {
      const { client, requests } = scripted({ status: 503, retryAfter });
      expect((await failure(client.get(LEASE, asIs))).retryAfterMs).toBeUndefined();
      expect(requests).toHaveLength(1);
    }
  });
});

describe('a list', () => {
  const page = (items: readonly unknown[], token?: string): Scripted => ({
    body: { metadata: { resourceVersion: '7', ...(token === undefined ? {} : { continue: token }) }, items },
  });

  test('is read page by page', async () => {
    const { client, requests } = scripted(page([1, 2], 'next'), page([3]));
    const list = await client.list(MAPS, asIs, { labelSelector: 'a=b' });
    expect(list).toEqual({ items: [1, 2, 3], resourceVersion: '7' });
    expect(requests.map(({ path }) => path.split('?')[1])).toEqual([
      'limit=500&labelSelector=a%3Db',
      'limit=500&continue=next&labelSelector=a%3Db',
    ]);
  });

  test('begins again when a page has expired, and gives up when that goes on', async () => {
    const gone = status(410, 'Expired', 'too old');
    const once = scripted(page([1], 'a'), gone, page([2]));
    expect((await once.client.list(MAPS, asIs)).items).toEqual([2]);
    const always = scripted(page([1], 'a'), gone, page([1], 'b'), gone, page([1], 'c'), gone);
    expect((await failure(always.client.list(MAPS, asIs))).status).toBe(410);
  });

  test('of nothing may be null, as Go writes it', async () => {
    const { client } = scripted({ body: { metadata: {}, items: null } });
    expect((await client.list(MAPS, asIs)).items).toEqual([]);
  });

  test('that is none is told', async () => {
    const { client } = scripted({ body: { metadata: {} } });
    expect(await failure(client.list(MAPS, asIs))).toMatchObject({ reason: 'BadAnswer' });
  });
});

describe('a watch', () => {
  const options = { resourceVersion: '5', timeoutSeconds: 300, signal: new AbortController().signal };
  const events = async (client: KubeClient): Promise<WatchEvent[]> => {
    const seen: WatchEvent[] = [];
    for await (const event of client.watch(MAPS, options)) seen.push(event);
    return seen;
  };
  const line = (type: string, object: unknown): string => `${JSON.stringify({ type, object })}\n`;

  test('asks for bookmarks, and for an end', async () => {
    const { client, requests } = scripted({ body: '' });
    await events(client);
    expect(requests[0]!.path).toBe(
      `${pathOf(MAPS)}?watch=true&allowWatchBookmarks=true&resourceVersion=5&timeoutSeconds=300`,
    );
  });

  test('reads events from chunks that are cut anywhere, in the middle of a character, too', async () => {
    const text =
      line('ADDED', { name: 'größe' }) +
      '\n' +
      line('BOOKMARK', { metadata: { resourceVersion: '9' } }) +
      line('DELETED', {});
    const bytes = Buffer.from(text);
    for (const size of [1, 2, 3, 7, bytes.length]) {
      const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
        bytes.subarray(index * size, (index + 1) * size),
      );
      expect(await events(scripted({ body: chunks }).client)).toEqual([
        { type: 'ADDED', object: { name: 'größe' } },
        { type: 'BOOKMARK', resourceVersion: '9' },
        { type: 'DELETED', object: {} },
      ]);
    }
  });

  test('gives an ERROR event as a KubeError', async () => {
    const { client } = scripted({ body: line('ERROR', { kind: 'Status', code: 410, reason: 'Expired' }) });
    const [event] = await events(client);
    expect(event).toMatchObject({ type: 'ERROR', error: { status: 410, reason: 'Expired' } });
  });

  test.each([
    ['a refusal', status(403, 'Forbidden', 'no'), 403, 'Forbidden'],
    ['a broken stream', { body: new Error('reset') }, 0, 'Unreachable'],
    ['a line that is no JSON', { body: 'x\n' }, 0, 'BadAnswer'],
    ['a line that is no event', { body: '[]\n' }, 0, 'BadAnswer'],
  ])('throws a KubeError for %s', async (_what, answer, code, reason) => {
    expect(await failure(events(scripted(answer).client))).toMatchObject({ status: code, reason });
  });

  test('that does not begin is given up after 15 s; one that began has no limit', async () => {
    const { client, clock } = scripted('hang');
    const error = failure(events(client));
    await clock.advance(15_000);
    expect((await error).reason).toBe('Timeout');
  });

  test('ends when the caller aborts, and ends its request when the caller leaves', async () => {
    const clock = createVirtualClock();
    const requests: KubeRequest[] = [];
    const client = createClient({
      clock,
      send(request) {
        requests.push(request);
        const body = (async function* () {
          yield Buffer.from(line('ADDED', {}));
          await new Promise(() => undefined);
        })();
        return Promise.resolve({ status: 200, retryAfter: undefined, body });
      },
    });
    for await (const _event of client.watch(MAPS, options)) break;
    expect(requests[0]!.signal.aborted).toBe(true);
    const controller = new AbortController();
    const watching = failure(
      (async () => {
        for await (const _event of client.watch(MAPS, { ...options, signal: controller.signal }));
      })(),
    );
    await clock.advance(3_600_000);
    controller.abort();
    expect((await watching).reason).toBe('Aborted');
  });
});
