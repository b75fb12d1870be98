import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import { afterEach, describe, expect, test } from '@jest/globals';
import { Agent } from 'undici';
import { startKongEmulator } from '../../../src/emulator/kong/kong-emulator.js';
import type { KongEmulator } from '../../../src/emulator/kong/kong-emulator.js';
import type { KongEmulatorOptions } from '../../../src/emulator/kong/server/options.js';
import { createAdminApi } from '../../../src/gateway/admin-api.js';
import type { AdminApi, PushOptions } from '../../../src/gateway/admin-api.js';
import { EMPTY_HASH } from '../../../src/config/revision.js';
import { revisionOf } from '../../support/virtual-gateways.js';
import type { Revision } from '../../../src/config/revision.js';
import { createHash } from 'node:crypto';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

function revision(config: object): Revision {
  const bytes = new TextEncoder().encode(JSON.stringify({ _format_version: '3.0', ...config }));
  return { id: createHash('md5').update(bytes).digest('hex'), bytes, counts: { services: 1 } };
}

const SHOP = revision({ services: [{ name: 'shop', host: 'shop.test' }] });

function api(headers: Record<string, string> = {}, workspace?: string): AdminApi {
  const agent = new Agent({ connections: 1 });
  closing.push(() => agent.destroy());
  return createAdminApi({
    dispatcher: () => agent,
    headers: () => headers,
    workspace,
    onUnauthorized: () => undefined,
    wallNow: () => Date.now(),
  });
}

async function kong(options: KongEmulatorOptions = {}): Promise<KongEmulator> {
  const emulator = await startKongEmulator(options);
  closing.push(() => emulator.stop());
  return emulator;
}

/** Some server that is no Kong; gives its URL. */
async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => new Promise((resolve) => server.close(resolve)));
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
}

const at = (url: string) => ({ key: url, name: 'kong', url });
const never = new AbortController().signal;
const OPTIONS: PushOptions = { checkHash: true, mayWrite: () => true, signal: never };

describe('a push', () => {
  test('sends the sealed bytes as they are, and the hash is their MD5', async () => {
    const gateway = await kong();
    expect(await api().push(at(gateway.adminUrl), SHOP, OPTIONS)).toEqual({ kind: 'accepted' });
    expect(gateway.hash()).toBe(SHOP.id);
    expect(gateway.requests.at(-1)).toMatchObject({
      query: 'check_hash=1&flatten_errors=1',
      headers: { contentType: 'text/yaml', contentLength: String(SHOP.bytes.length) },
      configBytes: SHOP.bytes.length,
    });
    expect(await api().push(at(gateway.adminUrl), SHOP, OPTIONS)).toEqual({ kind: 'same' });
    expect(await api().push(at(gateway.adminUrl), SHOP, { ...OPTIONS, checkHash: false })).toEqual({
      kind: 'accepted',
    });
  });

  test('goes below a path and a workspace, with the headers that are asked for', async () => {
    const gateway = await kong({ requireToken: { header: 'kong-admin-token', value: 'right' } });
    const admin = api({ 'Kong-Admin-Token': 'right' }, 'default');
    expect(await admin.push(at(gateway.adminUrl), SHOP, OPTIONS)).toEqual({ kind: 'accepted' });
    expect(gateway.requests.at(-1)?.path).toBe('/default/config');
    expect(
      await api({ 'Kong-Admin-Token': 'wrong' }).push(at(gateway.adminUrl), SHOP, OPTIONS),
    ).toMatchObject({
      kind: 'refused',
      trouble: { code: '401' },
    });
  });

  test("that is rejected carries Kong's words", async () => {
    const gateway = await kong();
    const answer = await api().push(
      at(gateway.adminUrl),
      revision({ services: [{ name: 'x', port: 'eighty' }] }),
      OPTIONS,
    );
    expect(answer).toMatchObject({ kind: 'rejected' });
    expect(JSON.stringify(answer)).toContain('expected an integer');
  });

  test('whose rejection says nothing is asked for again in a form that does', async () => {
    const gateway = await kong();
    const dangling = revision({ routes: [{ name: 'r', paths: ['/'], service: 'nope' }] });
    const answer = await api().push(at(gateway.adminUrl), dangling, OPTIONS);
    expect(JSON.stringify(answer)).toContain('invalid reference');
    expect(gateway.requests.map(({ query }) => query)).toEqual([
      'check_hash=1&flatten_errors=1',
      'check_hash=1',
    ]);
  });

  test('of more than the body limit is refused with the settings to raise, though it was cut short', async () => {
    const gateway = await kong({ maxBodyBytes: 100_000, bufferBytes: 100_000 });
    const answer = await api().push(at(gateway.adminUrl), revisionOf('large', 3_000_000), OPTIONS);
    expect(answer).toMatchObject({ kind: 'refused', trouble: { code: '413' } });
  });

  test('that may not write sends nothing', async () => {
    const gateway = await kong();
    const answer = await api().push(at(gateway.adminUrl), SHOP, { ...OPTIONS, mayWrite: () => false });
    expect(answer).toEqual({ kind: 'withdrawn' });
    expect(gateway.requests).toEqual([]);
  });

  test('whose right to write ends before its first byte sends nothing: the connection had to be made first', async () => {
    const gateway = await kong();
    let asked = 0;
    const answer = await api().push(at(gateway.adminUrl), SHOP, {
      ...OPTIONS,
      mayWrite: () => asked++ === 0,
    });
    expect(answer).toEqual({ kind: 'withdrawn' });
    expect(gateway.requests).toEqual([]);
  });

  test('whose right to write ends in its middle stops there, and its outcome is unknown', async () => {
    const gateway = await kong();
    let left = 3;
    const answer = await api().push(at(gateway.adminUrl), revisionOf('long', 1_000_000), {
      ...OPTIONS,
      mayWrite: () => left-- > 0,
    });
    expect(answer).toMatchObject({ kind: 'unknown', trouble: { code: 'fence' } });
    await gateway.waitFor(() => gateway.requests.at(-1)?.status === 'cut');
    expect(gateway.requests.at(-1)?.bytesReceived).toBeLessThanOrEqual(2 * 262_144);
  });

  test('that gets no answer before its deadline is of unknown outcome', async () => {
    const gateway = await kong();
    gateway.faults.set({ hang: 'post' });
    const controller = new AbortController();
    const pushed = api().push(at(gateway.adminUrl), SHOP, { ...OPTIONS, signal: controller.signal });
    await gateway.waitFor(() => gateway.requests.length === 1);
    controller.abort('timeout');
    expect(await pushed).toMatchObject({ kind: 'unknown', trouble: { code: 'timeout' } });
  });

  test('that is reset half-way is of unknown outcome', async () => {
    const gateway = await kong();
    gateway.faults.set({ resetAfterBytes: 100_000 });
    const answer = await api().push(at(gateway.adminUrl), revisionOf('long', 1_000_000), OPTIONS);
    expect(answer).toMatchObject({ kind: 'unknown' });
  });

  test('to an address where nobody listens was never sent', async () => {
    const gateway = await kong();
    gateway.faults.set({ refuse: true });
    const answer = await api().push(at(gateway.adminUrl), SHOP, OPTIONS);
    expect(answer).toMatchObject({ kind: 'unreachable', trouble: { code: 'econnrefused' } });
  });

  test('is accepted though the answer is enormous and never kept', async () => {
    const gateway = await kong({ validate: true });
    const many = revision({
      services: Array.from({ length: 3_000 }, (_, index) => ({ name: `s${index}`, host: 'h.test' })),
    });
    expect(await api().push(at(gateway.adminUrl), many, OPTIONS)).toEqual({ kind: 'accepted' });
  });
});

describe('a look at the status', () => {
  test('gives the hash', async () => {
    const gateway = await kong();
    expect(await api().status(at(gateway.adminUrl), never)).toEqual({ kind: 'status', hash: EMPTY_HASH });
  });

  test('that hangs is unreachable after its deadline, withdrawn when we must stop', async () => {
    const gateway = await kong();
    gateway.faults.set({ hang: 'status' });
    for (const [reason, kind] of [
      ['timeout', 'unreachable'],
      ['fence', 'withdrawn'],
      ['gone', 'withdrawn'],
    ] as const) {
      const controller = new AbortController();
      const before = gateway.requests.length;
      const looked = api().status(at(gateway.adminUrl), controller.signal);
      await gateway.waitFor(() => gateway.requests.length > before);
      controller.abort(reason);
      expect((await looked).kind).toBe(kind);
    }
  });

  test('at something that is no Kong says so', async () => {
    const url = await serve((_request, response) => response.end('hello'));
    expect(await api().status(at(url), never)).toMatchObject({ trouble: { code: 'not-kong' } });
  });

  test('whose answer breaks off says nothing of what is there', async () => {
    const url = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': 500 });
      response.write('{"configuration_hash":', () => response.destroy());
    });
    expect(await api().status(at(url), never)).toMatchObject({
      kind: 'unreachable',
      trouble: { code: 'und_err_socket' },
    });
  });

  test('over the wrong scheme names TLS as the trouble', async () => {
    const gateway = await kong();
    const answer = await api().status(at(gateway.adminUrl.replace('http:', 'https:')), never);
    expect(answer).toMatchObject({ kind: 'unreachable', trouble: { code: 'tls' } });
  });
});

test('the node id changes when the gateway restarts', async () => {
  const gateway = await kong();
  const admin = api();
  const before = (await admin.node(at(gateway.adminUrl), never))?.id;
  expect(before).toBe(gateway.nodeId);
  await gateway.restart();
  let after = (await admin.node(at(gateway.adminUrl), never))?.id;
  // The kept connection may have died with the old process.
  after ??= (await admin.node(at(gateway.adminUrl), never))?.id;
  expect(after).toBe(gateway.nodeId);
  expect(after).not.toBe(before);
});
