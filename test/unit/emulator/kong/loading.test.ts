import { afterEach, describe, expect, it } from '@jest/globals';
import { startKongEmulator, type KongEmulator } from '../../../../src/emulator/kong/kong-emulator.js';
import type { KongEmulatorOptions } from '../../../../src/emulator/kong/server/options.js';
import { createVirtualClock, type VirtualClock } from '../../../support/virtual-clock.js';
import { A, B, get, md5, post, statusHash, ZEROS } from './posting.js';

describe('a load that takes its time', () => {
  const started: KongEmulator[] = [];
  afterEach(async () => {
    await Promise.all(started.splice(0).map((gateway) => gateway.stop()));
  });

  async function start(
    options: KongEmulatorOptions,
  ): Promise<{ gateway: KongEmulator; clock: VirtualClock }> {
    const clock = createVirtualClock();
    const gateway = await startKongEmulator({ ...options, after: (ms, fn) => clock.after(ms, fn) });
    started.push(gateway);
    return { gateway, clock };
  }

  /** Posts, and waits until the gateway has begun to load. */
  async function begin(
    gateway: KongEmulator,
    text: string,
    signal?: AbortSignal,
  ): Promise<{ reply: Promise<number> }> {
    const loads = gateway.loads.length;
    const reply = post(gateway, text, signal === undefined ? {} : { signal }).then(({ status }) => status);
    reply.catch(() => undefined);
    await gateway.waitFor(() => gateway.loads.length > loads);
    return { reply };
  }

  it('commits at its end, and answers then', async () => {
    const { gateway, clock } = await start({ loadMs: 1000, loadMsPerEntity: 500 });
    const { reply } = await begin(gateway, A);
    await clock.advance(1499);
    expect(await statusHash(gateway)).toBe(ZEROS);
    await clock.advance(1);
    expect(gateway.hash()).toBe(md5(A));
    expect(await reply).toBe(201);
    expect(gateway.loads).toMatchObject([{ hash: md5(A), accepted: true, entities: 1 }]);
    expect(gateway.loads[0]?.committedAt).toBeDefined();
  });

  it('goes on when its client is gone: the old hash first, the new one later', async () => {
    const { gateway, clock } = await start({ loadMs: 1000 });
    const cut = new AbortController();
    const { reply } = await begin(gateway, A, cut.signal);
    await clock.advance(600);
    cut.abort();
    await expect(reply).rejects.toThrow();
    await gateway.waitFor(() => gateway.requests[0]?.status === 'cut');
    expect(await statusHash(gateway)).toBe(ZEROS);
    await clock.advance(400);
    expect(await statusHash(gateway)).toBe(md5(A));
  });

  it('is not seen by check_hash, which confirms a config that is about to be replaced', async () => {
    const { gateway, clock } = await start({ loadMs: 1000 });
    const first = await begin(gateway, A);
    await clock.advance(1000);
    await first.reply;
    const cut = new AbortController();
    const { reply: lost } = await begin(gateway, B, cut.signal);
    cut.abort();
    await expect(lost).rejects.toThrow();
    expect((await post(gateway, A, { query: '?check_hash=1' })).status).toBe(304);
    expect(await statusHash(gateway)).toBe(md5(A));
    await clock.advance(1000);
    expect(await statusHash(gateway)).toBe(md5(B));
    expect(gateway.violations).toEqual([]);
  });

  it('does not begin while the body is not whole', async () => {
    const { gateway } = await start({});
    gateway.faults.set({ resetAfterBytes: 10 });
    await expect(post(gateway, A)).rejects.toThrow();
    await gateway.waitFor(() => gateway.requests[0]?.status === 'cut');
    expect([gateway.loads.length, gateway.hash()]).toEqual([0, ZEROS]);
  });

  it('may overlap another, which is a violation; the last to commit wins', async () => {
    const { gateway, clock } = await start({ loadMs: 1000 });
    const { reply: a } = await begin(gateway, A);
    await clock.advance(500);
    const { reply: b } = await begin(gateway, B);
    expect(gateway.violations).toHaveLength(1);
    expect(gateway.violations[0]?.loads).toEqual([gateway.loads[0]?.id, gateway.loads[1]?.id]);
    await clock.advance(500);
    expect(gateway.hash()).toBe(md5(A));
    await clock.advance(500);
    expect(gateway.hash()).toBe(md5(B));
    expect([await a, await b]).toEqual([201, 201]);
  });

  it('gets 429 with Retry-After when another one is being written', async () => {
    const { gateway, clock } = await start({ loadMs: 1000, writeMs: 300 });
    const { reply: a } = await begin(gateway, A);
    await clock.advance(200);
    const reply = post(gateway, B);
    await gateway.waitFor(() => gateway.loads.length === 2);
    await clock.advance(700);
    const refused = await reply;
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '10']);
    expect(refused.body).toBe('{"message":"Currently loading previous configuration"}');
    await clock.advance(100);
    expect([await a, gateway.hash()]).toEqual([201, md5(A)]);
  });

  it('is lost when the process dies', async () => {
    const { gateway, clock } = await start({ loadMs: 1000 });
    const { reply } = await begin(gateway, A);
    await gateway.restart();
    await expect(reply).rejects.toThrow();
    await clock.advance(5000);
    expect(gateway.hash()).toBe(ZEROS);
  });

  it('leaves a record of refused configs that never commit', async () => {
    const { gateway } = await start({});
    await post(gateway, '{"_format_version":"3.0","services":[{}]}');
    expect(gateway.loads).toMatchObject([{ accepted: false }]);
    expect(gateway.loads[0]?.committedAt).toBeUndefined();
  });

  it('does not fit into a small LMDB: JSON 413, and the old config stays', async () => {
    const { gateway } = await start({ lmdbBytes: 1000 });
    await post(gateway, A);
    const services = Array.from({ length: 10 }, (_, at) => ({ name: `s${at}`, host: 'a.test' }));
    const reply = await post(gateway, JSON.stringify({ _format_version: '3.0', services }));
    expect([reply.status, reply.headers.get('content-type')]).toEqual([
      413,
      'application/json; charset=utf-8',
    ]);
    expect(JSON.parse(reply.body).message).toContain('lmdb_map_size');
    expect(await statusHash(gateway)).toBe(md5(A));
  });

  it('answers without validation and with a small body when it is a load target', async () => {
    const { gateway } = await start({ validate: false });
    const text = '{"_format_version":"3.0","services":[{"nonsense":1,"routes":[{},{}]}]}';
    expect(await post(gateway, text)).toMatchObject({ status: 201, body: '{}' });
    expect([gateway.hash(), gateway.entityCount()]).toEqual([md5(text), 3]);
    await post(gateway, '{"_format_version":"3.0","services":[]}');
    expect(gateway.hash()).toBe(ZEROS);
    expect((await get(`${gateway.adminUrl}/config`)).status).toBe(200);
  });
});
