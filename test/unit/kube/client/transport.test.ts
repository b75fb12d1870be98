import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';

import { startKubeEmulator, type KubeEmulator } from '../../../../src/emulator/kube/kube-emulator.js';
import { createClient, type KubeClient } from '../../../../src/kube/client/client.js';
import { CONFIG_MAPS } from '../../../../src/kube/client/resource.js';
import { openTransport } from '../../../../src/kube/client/transport.js';
import { loadConnection } from '../../../../src/kube/connection/load-connection.js';
import { KubeError } from '../../../../src/kube/kube-error.js';
import { makeCertificates, type Certificates } from '../../../support/certificates.js';
import { createVirtualClock, type VirtualClock } from '../../../support/virtual-clock.js';
import { systemClock } from '../../../../src/clock/clock.js';
import { eventually } from '../eventually.js';

const MAPS = { resource: CONFIG_MAPS, namespace: 'kong' };
jest.setTimeout(60_000);

const closing: (() => Promise<void>)[] = [];
let folder = '';
let certificates: Certificates;
let otherCertificates: Certificates;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'silverback-transport-'));
  [certificates, otherCertificates] = await Promise.all([makeCertificates(), makeCertificates()]);
});
afterAll(() => rm(folder, { recursive: true }));
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function emulator(options: Parameters<typeof startKubeEmulator>[0] = {}): Promise<KubeEmulator> {
  const kube = await startKubeEmulator(options);
  closing.push(() => kube.close());
  return kube;
}

async function mount(name: string, text: string): Promise<void> {
  await writeFile(join(folder, name), text);
}

/** A client as in a pod, whose service account is `folder`; the credentials' clock is virtual. */
async function podClient(kube: KubeEmulator): Promise<{ client: KubeClient; clock: VirtualClock }> {
  const clock = createVirtualClock();
  const { hostname, port } = new URL(kube.url);
  await mount('namespace', 'kong');
  const connection = await loadConnection({
    env: { KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port },
    clock,
    serviceAccountFolder: folder,
  });
  const transport = openTransport(connection, { userAgent: 'silverback/test' });
  closing.push(() => transport.close());
  return { client: createClient({ send: transport.send, clock: systemClock }), clock };
}

async function kubeconfigClient(text: string): Promise<KubeClient> {
  await mount('config', text);
  const kubeconfig = join(folder, 'config');
  const connection = await loadConnection({ kubeconfig, env: {}, clock: systemClock });
  const transport = openTransport(connection, { userAgent: 'silverback/test' });
  closing.push(() => transport.close());
  return createClient({ send: transport.send, clock: systemClock });
}

const names = async (client: KubeClient): Promise<readonly string[]> =>
  (await client.list(MAPS, (object) => JSON.stringify(object))).items;
const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'it worked',
    (error: unknown) => error,
  );

describe('in a pod, over TLS', () => {
  test('the service account opens the API server, by its CA', async () => {
    const kube = await emulator({ tls: certificates.server, tokens: { 'token-1': 'pod' } });
    await mount('token', 'token-1');
    await mount('ca.crt', certificates.ca);
    const { client } = await podClient(kube);
    expect(await names(client)).toEqual([]);
    expect(kube.requests[0]).toMatchObject({ client: 'pod', userAgent: 'silverback/test' });
  });

  test('a token that was rotated is read at the first 401, and the call goes on', async () => {
    const kube = await emulator({ tls: certificates.server, tokens: { 'token-1': 'pod' } });
    await mount('token', 'token-1');
    await mount('ca.crt', certificates.ca);
    const { client, clock } = await podClient(kube);
    await names(client);
    kube.setTokens({ 'token-2': 'pod' });
    await mount('token', 'token-2');
    await clock.advance(2_000);
    expect(await names(client)).toEqual([]);
    expect(kube.requests.map(({ status }) => status)).toEqual([200, 401, 200]);
  });

  test('a token that is refused for good is a 401, without the token', async () => {
    const kube = await emulator({ tls: certificates.server, tokens: { good: 'pod' } });
    await mount('token', 'secret-token');
    await mount('ca.crt', certificates.ca);
    const { client } = await podClient(kube);
    const error = await failure(names(client));
    expect(error).toMatchObject({ status: 401, reason: 'Unauthorized' });
    expect(String(error)).not.toContain('secret-token');
  });

  test('a server of another CA is not talked to; it is when the CA file says so', async () => {
    const kube = await emulator({ tls: certificates.server });
    await mount('token', 't');
    await mount('ca.crt', otherCertificates.ca);
    const { client, clock } = await podClient(kube);
    const error = await failure(names(client));
    expect(error).toBeInstanceOf(KubeError);
    expect(error).toMatchObject({ status: 0, reason: 'Unreachable' });
    expect(String(error)).toMatch(/certificate|verify|signature/i);
    expect(kube.requests).toHaveLength(0);
    await mount('ca.crt', certificates.ca);
    await clock.advance(60_000);
    expect(await names(client)).toEqual([]);
  });

  test('a new CA makes a new connection, and leaves the watch on the old one alone', async () => {
    const kube = await emulator({ tls: certificates.server });
    await mount('token', 't');
    await mount('ca.crt', certificates.ca);
    const { client, clock } = await podClient(kube);
    const seen: unknown[] = [];
    const controller = new AbortController();
    const watching = (async () => {
      const { signal } = controller;
      for await (const event of client.watch(MAPS, { resourceVersion: '0', timeoutSeconds: 300, signal })) {
        seen.push(event);
      }
    })().catch(() => undefined);
    await eventually(() => kube.requests.length === 1 && kube.requests[0]!.status === 200);
    await mount('ca.crt', `${certificates.ca}\n${otherCertificates.ca}`);
    await clock.advance(60_000);
    expect(await names(client)).toEqual([]);
    kube.apply({ kind: 'ConfigMap', metadata: { name: 'a', namespace: 'kong' } });
    await eventually(() => seen.length === 1);
    controller.abort();
    await watching;
  });
});

describe('by kubeconfig', () => {
  test('plain http with a token works, for the demo', async () => {
    const kube = await emulator({ tokens: { 'token-1': 'demo' } });
    const client = await kubeconfigClient(kube.kubeconfig({ token: 'token-1', namespace: 'kong' }));
    expect(await names(client)).toEqual([]);
  });

  test('a client certificate is shown', async () => {
    const { ca, server, client: own } = certificates;
    const kube = await emulator({ tls: { ...server, clientCa: ca } });
    const base64 = (text: string): string => Buffer.from(text).toString('base64');
    const user = `{ client-certificate-data: ${base64(own.cert)}, client-key-data: ${base64(own.key)} }`;
    const text = kube.kubeconfig({ ca });
    const client = await kubeconfigClient(text.replace('user: {}', `user: ${user}`));
    expect(await names(client)).toEqual([]);
    const stranger = await kubeconfigClient(text);
    expect(await failure(names(stranger))).toMatchObject({ reason: 'Unreachable' });
  });
});

describe('connections', () => {
  test('are kept: two hundred calls in a row use one or two', async () => {
    let connections = 0;
    const server = createServer((_request, response) => response.end('{"items":[],"metadata":{}}'));
    server.on('connection', () => (connections += 1));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closing.push(async () => void server.close());
    const { port } = server.address() as AddressInfo;
    const transport = openTransport(
      {
        server: { origin: `http://127.0.0.1:${port}`, pathPrefix: '' },
        namespace: undefined,
        source: 'test',
        credentials: () => Promise.resolve({ headers: {}, tls: {} }),
      },
      { userAgent: 'test' },
    );
    closing.push(() => transport.close());
    const client = createClient({ send: transport.send, clock: systemClock });
    for (let call = 0; call < 200; call += 1) await names(client);
    expect(connections).toBeLessThanOrEqual(2);
  });

  test('that the server cut are made anew', async () => {
    const kube = await emulator();
    const client = await kubeconfigClient(kube.kubeconfig());
    await names(client);
    await kube.refuse();
    expect(await failure(names(client))).toMatchObject({ status: 0, reason: 'Unreachable' });
    await kube.accept();
    expect(await names(client)).toEqual([]);
  });

  test('all end when the transport is closed', async () => {
    const kube = await emulator();
    const connection = await loadConnection({
      kubeconfig: await mount('config', kube.kubeconfig()).then(() => join(folder, 'config')),
      env: {},
      clock: systemClock,
    });
    const transport = openTransport(connection, { userAgent: 'test' });
    const client = createClient({ send: transport.send, clock: systemClock });
    const { signal } = new AbortController();
    const watching = failure(
      (async () => {
        const options = { resourceVersion: '0', timeoutSeconds: 300, signal };
        for await (const _event of client.watch(MAPS, options));
      })(),
    );
    await eventually(() => kube.requests[0]?.status === 200);
    await transport.close();
    expect(await watching).toBeInstanceOf(KubeError);
  });

  test('time out by the call, and the next call is served', async () => {
    const kube = await emulator();
    const client = await kubeconfigClient(kube.kubeconfig());
    const lift = kube.pause();
    const call = client.list(MAPS, String, { timeoutMs: 200 });
    expect(await failure(call)).toMatchObject({ reason: 'Timeout' });
    lift();
    expect(await names(client)).toEqual([]);
  });
});
