import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { startKongEmulator, type KongEmulator } from '../../../../src/emulator/kong/kong-emulator.js';
import { A, B, get, md5, post, statusHash, ZEROS } from './posting.js';

// Real sockets and processes: slow on a busy machine, not wrong.
jest.setTimeout(60_000);

describe('the life of an emulated gateway', () => {
  let gateway: KongEmulator | undefined;
  afterEach(() => gateway?.stop());

  it('restarts empty, at the same ports, as another node', async () => {
    gateway = await startKongEmulator();
    await post(gateway, A);
    const { nodeId, adminUrl } = gateway;
    await gateway.restart();
    expect([gateway.adminUrl, await statusHash(gateway)]).toEqual([adminUrl, ZEROS]);
    expect(gateway.nodeId).not.toBe(nodeId);
    expect(JSON.parse((await get(`${gateway.adminUrl}/`)).body).node_id).toBe(gateway.nodeId);
  });

  it('restarts with the config it kept', async () => {
    gateway = await startKongEmulator();
    await post(gateway, A);
    await gateway.restart('kept');
    expect(await statusHash(gateway)).toBe(md5(A));
    expect((await get(`${gateway.statusUrl}/status/ready`)).status).toBe(200);
  });

  it('boots from a declarative file every time, whatever was posted', async () => {
    gateway = await startKongEmulator({ declarativeConfig: Buffer.from(A) });
    expect(await statusHash(gateway)).toBe(md5(A));
    await post(gateway, B);
    await gateway.restart('kept');
    expect(await statusHash(gateway)).toBe(md5(A));
  });

  it('reads the declarative file anew at every start', async () => {
    let file = A;
    gateway = await startKongEmulator({ declarativeConfig: () => Buffer.from(file) });
    const before = gateway.hash();
    file = `${A}\n`;
    await gateway.restart('kept');
    expect(gateway.hash()).not.toBe(before);
    file = A;
    await gateway.restart();
    expect(gateway.hash()).toBe(before);
  });

  it('refuses to start with a file that is not valid', async () => {
    const start = startKongEmulator({ declarativeConfig: Buffer.from('{"_format_version":"9"}') });
    await expect(start).rejects.toThrow('error parsing declarative config file');
  });

  it('drains on request, until it is restarted', async () => {
    gateway = await startKongEmulator();
    await post(gateway, A);
    const drained = await fetch(`${gateway.statusUrl}/status/ready?status=draining`, { method: 'POST' });
    expect(drained.status).toBe(204);
    expect((await get(`${gateway.statusUrl}/status/ready`)).body).toBe('{"message":"draining"}');
    await gateway.restart('kept');
    expect((await get(`${gateway.statusUrl}/status/ready`)).status).toBe(200);
  });

  it('keeps a journal of every request', async () => {
    gateway = await startKongEmulator();
    await post(gateway, A, { query: '?check_hash=1' });
    await get(`${gateway.statusUrl}/status`);
    expect(gateway.requests).toMatchObject([
      {
        port: 'admin',
        method: 'POST',
        path: '/config',
        query: 'check_hash=1',
        headers: { contentType: 'text/yaml', contentLength: String(A.length) },
        bytesReceived: A.length,
        configBytes: A.length,
        status: 201,
      },
      { port: 'status', method: 'GET', path: '/status', status: 200 },
    ]);
    const [first, second] = gateway.requests;
    expect(first?.endedAt).toBeGreaterThanOrEqual(first?.at ?? Infinity);
    expect(first?.connection).not.toBe(second?.connection);
    gateway.clearJournal();
    expect(gateway.requests).toEqual([]);
  });

  it('tells whoever waits, and lets him stop waiting', async () => {
    gateway = await startKongEmulator();
    const emulator = gateway;
    const waiting = emulator.waitFor(() => emulator.hash() === md5(A));
    await post(gateway, A);
    await waiting;
    const stop = new AbortController();
    const never = emulator.waitFor(() => false, stop.signal);
    stop.abort();
    await expect(never).rejects.toThrow('stopped waiting');
  });

  it('is one of fifty in a process', async () => {
    const fleet = await Promise.all(Array.from({ length: 50 }, () => startKongEmulator()));
    const replies = await Promise.all(fleet.map((one) => post(one, A)));
    expect(new Set(replies.map((reply) => reply.status))).toEqual(new Set([201]));
    expect(new Set(fleet.map((one) => one.nodeId)).size).toBe(50);
    await Promise.all(fleet.map((one) => one.stop()));
  });
});

describe('limits of a body', () => {
  const sized = (bytes: number): string => {
    const frame = '{"_format_version":"3.0","services":[{"name":"a","host":"a.test"}],"_comment":""}';
    return frame.replace('""', `"${'x'.repeat(bytes - frame.length)}"`);
  };

  it('takes exactly 10 MiB, and answers 413 as nginx does above', async () => {
    const gateway = await startKongEmulator();
    const limit = 10 * 1024 * 1024;
    expect((await post(gateway, sized(limit))).status).toBe(201);
    const reply = await post(gateway, sized(limit + 1));
    expect([reply.status, reply.headers.get('connection')]).toEqual([413, 'close']);
    expect(reply.body).toContain('<h1>413 Request Entity Too Large</h1>');
    expect(gateway.hash()).toBe(md5(sized(limit)));
    await gateway.stop();
  });

  it('counts a chunked body as it comes', async () => {
    const gateway = await startKongEmulator({ maxBodyBytes: 1000 });
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(Buffer.from(sized(900)));
        controller.enqueue(Buffer.from(' '.repeat(200)));
        controller.close();
      },
    });
    const init: RequestInit & { duplex: 'half' } = {
      method: 'POST',
      headers: { 'content-type': 'text/yaml' },
      body,
      duplex: 'half',
    };
    expect((await fetch(`${gateway.adminUrl}/config`, init)).status).toBe(413);
    await gateway.stop();
  });

  it('loses a body above the buffer, with misleading answers', async () => {
    const gateway = await startKongEmulator({ maxBodyBytes: 200_000, bufferBytes: 16_384 });
    const large = sized(20_000);
    expect(await post(gateway, large)).toMatchObject({
      status: 400,
      body: '{"message":"expected a declarative configuration"}',
    });
    const json = await post(gateway, large, { type: 'application/json' });
    expect([json.status, json.body]).toEqual([400, '{"message":"Cannot parse JSON body"}']);
    const form = await post(gateway, `config=${encodeURIComponent(large)}`, {
      type: 'application/x-www-form-urlencoded',
    });
    expect([form.status, form.body]).toEqual([400, '{"message":"expected a declarative configuration"}']);
    expect(gateway.hash()).toBe(ZEROS);
    await gateway.stop();
  });

  it('streams the large answer to a large config', async () => {
    const gateway = await startKongEmulator();
    const services = Array.from({ length: 2000 }, (_, at) => ({ name: `s${at}`, host: `h${at}.test` }));
    const reply = await post(gateway, JSON.stringify({ _format_version: '3.0', services }));
    expect(Number(reply.headers.get('content-length'))).toBe(Buffer.byteLength(reply.body));
    expect(Object.keys((JSON.parse(reply.body) as { services: object }).services)).toHaveLength(2000);
    await gateway.stop();
  });
});
