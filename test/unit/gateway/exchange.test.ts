import { createHash } from 'node:crypto';
import { getEventListeners, once } from 'node:events';
import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { afterEach, describe, expect, test } from '@jest/globals';
import { Agent } from 'undici';
import type { buildConnector } from 'undici';
import { resettingConnector } from '../../../src/gateway/connect.js';
import { exchange } from '../../../src/gateway/exchange.js';
import { makeCertificates } from '../../support/certificates.js';

const cleanup: (() => unknown)[] = [];

afterEach(async () => {
  for (const stop of cleanup.splice(0).reverse()) await stop();
});

type Pair = Awaited<ReturnType<typeof makeCertificates>>['server'];

async function serve(listener: RequestListener, pair?: Pair): Promise<string> {
  const server = pair === undefined ? createServer(listener) : createSecureServer(pair, listener);
  server.listen(0, '127.0.0.1');
  cleanup.push(() => server.close());
  await once(server, 'listening');
  const scheme = pair === undefined ? 'http' : 'https';
  return `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function agent(connections = 1, connect: buildConnector.BuildOptions = {}): Agent {
  const made = new Agent({ connections, connect: resettingConnector(connect) });
  cleanup.push(() => made.destroy());
  return made;
}

const ALL = { keep: () => Infinity, needsWhole: () => true };
const never = (): AbortSignal => new AbortController().signal;

describe('an answer', () => {
  test.each([
    ['plain', 70_001],
    ['TLS', 70_001],
    // Full records, and nothing but: they are gathered, and nothing that follows says that there are no more.
    ['TLS', 65_536],
  ] as const)(
    'comes whole over many connections at once, though all of them read into one buffer: %s, in parts of %d bytes',
    async (kind, part) => {
      const { ca, server: pair } = await makeCertificates();
      /** Each has a text of its own, of letters of several bytes, which parts cut through. */
      const textOf = (path = ''): string => `${path} ünïcödé ☃ `.repeat(40_000);
      const listener: RequestListener = ({ url }, response) => {
        const bytes = Buffer.from(textOf(url));
        // In parts, so that those of different connections come in turns.
        let at = 0;
        const more = (): void => {
          response.write(bytes.subarray(at, (at += part)));
          if (at < bytes.length) setImmediate(more);
          else response.end();
        };
        more();
      };
      const origin = await serve(listener, kind === 'TLS' ? pair : undefined);
      const dispatcher = agent(16, { ca });
      const paths = Array.from({ length: 64 }, (_, i) => `/${i}`);
      const bodies = await Promise.all(
        paths.map((path) => {
          // While some are answered, others are still sent.
          const body = Buffer.alloc(2_000_000);
          return exchange(dispatcher, { origin, path, method: 'POST', body }, { signal: never(), ...ALL });
        }),
      );
      const digest = (text: string): string => createHash('md5').update(text).digest('hex');
      expect(bodies.map(({ body }) => digest(body))).toEqual(paths.map((path) => digest(textOf(path))));
    },
  );

  test.each([1, 7, 8, 9, 40])(
    'of %d full TLS records comes whole, though its end is that of the connection',
    async (records) => {
      const { ca, server: pair } = await makeCertificates();
      const head = 'HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n';
      const body = 'x'.repeat(records * 16_384 - head.length);
      const server = createTlsServer(pair, (socket) => {
        socket.once('data', () => socket.end(head + body));
      });
      server.listen(0, '127.0.0.1');
      cleanup.push(() => server.close());
      await once(server, 'listening');
      const origin = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const answer = await exchange(
        agent(1, { ca }),
        { origin, path: '/', method: 'GET' },
        { signal: never(), ...ALL },
      );
      expect([answer.status, answer.body.length]).toEqual([200, body.length]);
    },
  );

  test.each([
    ['plain', 100],
    ['TLS', 100],
    ['TLS', 100_000],
  ] as const)(
    'that is not read at once ends its connection, before it shows the bytes of another: %s, %d bytes',
    async (kind, bytes) => {
      const { ca, server: pair } = await makeCertificates();
      const origin = await serve(
        (_, response) => response.end('x'.repeat(bytes)),
        kind === 'TLS' ? pair : undefined,
      );
      const { port, protocol } = new URL(origin);
      const target = { hostname: '127.0.0.1', host: `127.0.0.1:${port}`, protocol, port };
      const connect = resettingConnector({ ca });
      const open = (): Promise<Socket> =>
        new Promise((resolve, reject) =>
          connect(target, (...[error, socket]) => (socket === null ? reject(error) : resolve(socket))),
        );
      const [unread, read] = [await open(), await open()];
      cleanup.push(() => read.destroy());
      const ended = once(unread, 'error');
      const get = `GET / HTTP/1.1\r\nHost: ${target.host}\r\n\r\n`;
      unread.write(get);
      while (unread.readableLength === 0 && !unread.destroyed) await new Promise(setImmediate);
      read.on('data', () => undefined).write(get);
      expect(await ended).toMatchObject([{ message: 'what came before was not read in time' }]);
      expect([unread.destroyed, read.destroyed]).toEqual([true, false]);
    },
  );

  test('is kept as far as it is wanted, and the connection serves the next', async () => {
    let connections = 0;
    const origin = await serve(({ url, socket }, response) => {
      if (socket.listenerCount('counted') === 0) connections += 1;
      socket.on('counted', () => undefined);
      response.writeHead(url === '/gone' ? 404 : 201, { 'X-Twice': ['a', 'b'], 'Retry-After': '3' });
      response.end('x'.repeat(3_000_000));
    });
    const dispatcher = agent();
    const ask = (path: string) =>
      exchange(
        dispatcher,
        { origin, path, method: 'GET' },
        { signal: never(), keep: (status) => (status < 300 ? 0 : 1_000), needsWhole: () => true },
      );
    const made = await ask('/made');
    expect(made).toMatchObject({ status: 201, body: '' });
    expect(['retry-after', 'x-twice', 'x-none'].map(made.header)).toEqual(['3', 'a', undefined]);
    expect(await ask('/gone')).toMatchObject({ status: 404, body: 'x'.repeat(1_000) });
    expect(connections).toBe(1);
  });

  test('that breaks off is none where it is needed whole, else its status, with no body', async () => {
    const origin = await serve(({ url }, response) => {
      response.writeHead(url === '/refused' ? 403 : 200, { 'content-length': 100_000 });
      response.write('x'.repeat(50_000), () => response.destroy());
    });
    const dispatcher = agent();
    const ask = (path: string) =>
      exchange(
        dispatcher,
        { origin, path, method: 'GET' },
        { signal: never(), keep: () => Infinity, needsWhole: (status) => status === 200 },
      );
    expect(await ask('/refused')).toMatchObject({ status: 403, body: '' });
    await expect(ask('/')).rejects.toMatchObject({ code: 'UND_ERR_SOCKET' });
  });
});

describe('a request that is cut off', () => {
  test('rejects at once, before there is a connection and after', async () => {
    const asked: string[] = [];
    const origin = await serve(({ url = '' }) => void asked.push(url));
    const dispatcher = agent();
    const before = new AbortController();
    const first = exchange(
      dispatcher,
      { origin, path: '/a', method: 'GET' },
      { signal: before.signal, ...ALL },
    );
    before.abort('fence');
    await expect(first).rejects.toMatchObject({ cause: 'fence' });

    const during = new AbortController();
    const second = exchange(
      dispatcher,
      { origin, path: '/b', method: 'GET' },
      { signal: during.signal, ...ALL },
    );
    while (!asked.includes('/b')) await new Promise(setImmediate);
    during.abort('timeout');
    await expect(second).rejects.toMatchObject({ cause: 'timeout' });
    expect(asked).toEqual(['/b']);
  });

  test('leaves nothing on a signal that serves many', async () => {
    const origin = await serve((_, response) => response.end('ok'));
    const dispatcher = agent();
    const controller = new AbortController();
    const { signal } = controller;
    for (let i = 0; i < 20; i += 1) {
      await exchange(dispatcher, { origin, path: '/', method: 'GET' }, { signal, ...ALL });
    }
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});
