import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startKongEmulator, type KongEmulator } from '../../../../src/emulator/kong/kong-emulator.js';
import { createVirtualClock, type VirtualClock } from '../../../support/virtual-clock.js';
import { A, B, get, md5, post, statusHash, ZEROS } from './posting.js';

describe('faults', () => {
  let gateway: KongEmulator;
  let clock: VirtualClock;
  beforeEach(async () => {
    clock = createVirtualClock();
    gateway = await startKongEmulator({ after: (ms, fn) => clock.after(ms, fn) });
  });
  afterEach(() => gateway.stop());

  const arrived = (count: number): Promise<void> => gateway.waitFor(() => gateway.requests.length >= count);

  it('hang: reads, never answers, until the client gives up', async () => {
    gateway.faults.set({ hang: 'post' });
    const cut = new AbortController();
    const reply = post(gateway, A, { signal: cut.signal });
    reply.catch(() => undefined);
    await gateway.waitFor(() => gateway.requests[0]?.bytesReceived === A.length);
    expect(await statusHash(gateway)).toBe(ZEROS);
    cut.abort();
    await expect(reply).rejects.toThrow();
    await gateway.waitFor(() => gateway.requests[0]?.status === 'cut');
    expect(gateway.loads).toEqual([]);
    gateway.faults.clear();
    expect((await post(gateway, A)).status).toBe(201);
  });

  it('hang on /status leaves POST alone', async () => {
    gateway.faults.set({ hang: 'status' });
    const cut = new AbortController();
    const status = fetch(`${gateway.adminUrl}/status`, { signal: cut.signal });
    status.catch(() => undefined);
    await arrived(1);
    expect((await post(gateway, A)).status).toBe(201);
    cut.abort();
    await expect(status).rejects.toThrow();
  });

  it('slow: waits before each answer, longer for /status', async () => {
    gateway.faults.set({ delayMs: 100, statusDelayMs: 50 });
    const root = get(`${gateway.adminUrl}/`);
    const status = get(`${gateway.adminUrl}/status`);
    await arrived(2);
    await clock.until(() => gateway.requests.every((request) => request.status === undefined), 99);
    await clock.advance(100);
    expect((await root).status).toBe(200);
    await clock.advance(50);
    expect((await status).status).toBe(200);
  });

  it('reads a body no faster than told', async () => {
    gateway.faults.set({ bodyBytesPerSecond: 1000 });
    const large = JSON.stringify({ _format_version: '3.0', _ignore: ['x'.repeat(500_000)] });
    const state = { done: false };
    const reply = post(gateway, large).then(() => (state.done = true));
    await gateway.waitFor(() => (gateway.requests[0]?.bytesReceived ?? 0) > 0);
    expect([state.done, gateway.requests[0]?.bytesReceived === large.length]).toEqual([false, false]);
    gateway.faults.clear();
    for (let pieces = 0; pieces < 1000 && !state.done; pieces += 1) {
      await clock.advance(1_000_000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await reply).toBe(true);
  });

  it('refuse: no connection, until it listens again at the same port', async () => {
    await post(gateway, A);
    gateway.faults.set({ refuse: true });
    await expect(get(`${gateway.adminUrl}/status`)).rejects.toThrow();
    await expect(get(`${gateway.statusUrl}/status`)).rejects.toThrow();
    gateway.faults.set({ refuse: false });
    await expectSoon(async () => expect(await statusHash(gateway)).toBe(md5(A)));
  });

  it('reset: the connection ends in the middle of a body', async () => {
    gateway.faults.set({ resetAfterBytes: 5 });
    await expect(post(gateway, A)).rejects.toMatchObject({ code: 'ECONNRESET' });
    gateway.faults.set({ resetAfterBytes: undefined });
    expect((await post(gateway, A)).status).toBe(201);
  });

  it('answers the next requests with any status, with Retry-After, as HTML', async () => {
    gateway.faults.set({ answer: { status: 503, times: 2, retryAfter: 7, html: true } });
    for (let at = 0; at < 2; at += 1) {
      const reply = await post(gateway, A);
      expect([reply.status, reply.headers.get('retry-after')]).toEqual([503, '7']);
      expect(reply.body).toContain('<h1>503 Service Temporarily Unavailable</h1>');
    }
    expect((await post(gateway, A)).status).toBe(201);
  });

  it('can keep scripted answers to one method', async () => {
    gateway.faults.set({ answer: { status: 504, method: 'POST', times: 1 } });
    expect((await post(gateway, A)).body).toBe('{"message":"Timed out while loading configuration"}');
    gateway.faults.set({ answer: { status: 429, method: 'POST', message: 'later' } });
    expect((await get(`${gateway.adminUrl}/status`)).status).toBe(200);
    expect(await post(gateway, A)).toMatchObject({ status: 429, body: '{"message":"later"}' });
  });

  it('rejects configs by a predicate, in Kong’s shape', async () => {
    const item = { entity_type: 'service', entity_name: 'b', errors: [{ type: 'entity', message: 'no' }] };
    gateway.faults.set({
      rejectWith: (text) => (text.includes('b.test') ? { flattenedErrors: [item] } : undefined),
    });
    expect((await post(gateway, A)).status).toBe(201);
    const reply = await post(gateway, B);
    expect([reply.status, JSON.parse(reply.body).flattened_errors]).toEqual([400, [item]]);
    expect(gateway.hash()).toBe(md5(A));
  });

  it('shows another hash, or shows the right one late', async () => {
    gateway.faults.set({ hashOverride: 'f'.repeat(32) });
    await post(gateway, A);
    expect([await statusHash(gateway), gateway.hash()]).toEqual(['f'.repeat(32), md5(A)]);
    gateway.faults.clear();
    gateway.faults.set({ hashDelayMs: 1000 });
    await post(gateway, B);
    expect(await statusHash(gateway)).toBe(md5(A));
    await clock.advance(1000);
    expect(await statusHash(gateway)).toBe(md5(B));
  });
});

/** Opening a port takes the system a moment that nothing announces. */
async function expectSoon(check: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await check();
      return;
    } catch (error) {
      if (attempt === 50) throw error;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}
