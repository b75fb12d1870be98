import { createServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { createSmokeCheck } from '../../../src/gateway/smoke.js';
import { makeCertificates } from '../../support/certificates.js';

const never = new AbortController().signal;
const gateway = { key: 'uid', name: 'kong-1', url: 'https://127.0.0.1:8444' };
const passes = (status: number): boolean => status < 400;

let server: Server;
afterEach(() => {
  server.close();
});

async function listen(status: number, seen: IncomingMessage[] = [], on = createServer()): Promise<number> {
  server = on.on('request', (request: IncomingMessage, response) => {
    seen.push(request);
    if (status > 0) response.writeHead(status).end('a body');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

const check = (port: number, scheme = 'http') =>
  createSmokeCheck({ url: `${scheme}://{ip}:${port}/health?full=1`, headers: { host: 'shop.test' }, passes });

test('asks the pod, not the Service, for what is configured, with its headers', async () => {
  const seen: IncomingMessage[] = [];
  const port = await listen(200, seen);
  expect(await check(port)(gateway, never)).toBeUndefined();
  expect(seen).toMatchObject([{ method: 'GET', url: '/health?full=1', headers: { host: 'shop.test' } }]);
});

test('follows no redirect: that is an answer, too', async () => {
  const seen: IncomingMessage[] = [];
  const port = await listen(302, seen);
  expect(await check(port)(gateway, never)).toBeUndefined();
  expect(seen).toHaveLength(1);
});

test('says which status was wrong, and where to look', async () => {
  const trouble = await check(await listen(404))(gateway, never);
  expect(trouble).toMatchObject({ code: 'smoke', reason: 'the smoke check was answered 404' });
  expect(trouble?.advice).toContain('--canary-smoke-url');
});

test('does not mind a certificate: the gateway is asked by its IP', async () => {
  const { server: pair } = await makeCertificates({ serverNames: ['shop.test'] });
  const port = await listen(200, [], createTlsServer(pair));
  expect(await check(port, 'https')(gateway, never)).toBeUndefined();
});

test('fails where nobody listens, and where nobody answers in time', async () => {
  const port = await listen(0);
  const controller = new AbortController();
  const asked = check(port)(gateway, controller.signal);
  server.once('request', () => controller.abort('timeout'));
  expect(await asked).toMatchObject({ reason: 'the smoke check was not answered in time' });
  server.closeAllConnections();
  expect(await check(1)(gateway, never)).toMatchObject({
    reason: 'the smoke check failed: connection refused',
  });
});

test('puts an IPv6 address into brackets', async () => {
  const port = await listen(200);
  const trouble = await check(port)({ ...gateway, url: 'https://[::1]:8444' }, never);
  expect(trouble).toMatchObject({ reason: 'the smoke check failed: connection refused' });
});
