import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { listen } from '../../../src/server/listen.js';
import type { Handler, Listening } from '../../../src/server/listen.js';

const LOCAL = { host: '127.0.0.1', port: 0 };
let servers: Listening[] = [];

afterEach(async () => {
  await Promise.all(servers.map((server) => server.close()));
  servers = [];
});

async function serve(routes: Record<string, Handler>, requestTimeoutMs?: number): Promise<string> {
  const server = await listen(LOCAL, routes, requestTimeoutMs);
  servers.push(server);
  return server.address;
}

const text =
  (body: string): Handler =>
  (_request, response) =>
    void response.end(body);

/** Sends raw bytes and gives all that comes back until the other side closes. */
async function raw(address: string, bytes: string): Promise<string> {
  let answer = '';
  for await (const chunk of open(address, bytes)) answer += String(chunk);
  return answer;
}

function open(address: string, bytes: string): Socket {
  const { hostname, port } = new URL(`http://${address}`);
  const socket = connect(Number(port), hostname);
  socket.write(bytes);
  return socket;
}

describe('a server', () => {
  it('serves exact paths, whatever their query', async () => {
    const address = await serve({ '/a': text('A'), '/b': text('B') });
    const bodies = ['/a', '/b?verbose', '/b?x=/a'].map(async (path) =>
      (await fetch(`http://${address}${path}`)).text(),
    );
    expect(await Promise.all(bodies)).toEqual(['A', 'B', 'B']);
  });

  it.each(['/', '/a/', '/A', '/a/b', '/%61', '//a', '/constructor', '/__proto__', '/toString'])(
    'does not know %p',
    async (path) => {
      const address = await serve({ '/a': text('A') });
      expect((await fetch(`http://${address}${path}`)).status).toBe(404);
    },
  );

  it('answers HEAD as GET, without the body', async () => {
    const address = await serve({ '/a': text('A') });
    const response = await fetch(`http://${address}/a`, { method: 'HEAD' });
    expect([response.status, await response.text()]).toEqual([200, '']);
  });

  it.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])(
    'takes no %s, and says what it takes',
    async (method) => {
      const address = await serve({ '/a': text('A') });
      const response = await fetch(`http://${address}/a`, { method });
      expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    },
  );

  it('waits for a handler that takes its time', async () => {
    const address = await serve({
      '/slow': async (_request, response) => {
        await Promise.resolve();
        response.end('done');
      },
    });
    expect(await (await fetch(`http://${address}/slow`)).text()).toBe('done');
  });

  it('outlives a handler that fails, at once or later', async () => {
    const address = await serve({
      '/throws': () => {
        throw new Error('s3cr3t');
      },
      '/rejects': () => Promise.reject(new Error('s3cr3t')),
      '/fine': text('fine'),
    });
    for (const path of ['/throws', '/rejects']) {
      const response = await fetch(`http://${address}${path}`);
      expect([response.status, await response.text()]).toEqual([500, 'internal error\n']);
    }
    expect(await (await fetch(`http://${address}/fine`)).text()).toBe('fine');
  });

  it('cuts off the answer of a handler that fails half-way: half of it must not pass for all', async () => {
    const address = await serve({
      '/half': async (_request, response) => {
        await new Promise((resolve) => response.write('half', resolve));
        throw new Error('lost');
      },
    });
    await expect(fetch(`http://${address}/half`).then((response) => response.text())).rejects.toThrow();
  });
});

describe('a server under bad clients', () => {
  it.each([
    ['no HTTP at all', '\u0016\u0003\u0001 hello\r\n\r\n', 400],
    ['a request line without end', `GET /${'a'.repeat(20_000)}`, 431],
    ['headers without end', `GET /a HTTP/1.1\r\nX: ${'a'.repeat(20_000)}`, 431],
    ['two lengths', 'POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n', 400],
  ])('refuses %s, and goes on', async (_what, bytes, status) => {
    const address = await serve({ '/a': text('A') });
    expect(await raw(address, bytes)).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(await (await fetch(`http://${address}/a`)).text()).toBe('A');
  });

  it('does not wait for a request that never arrives in full', async () => {
    const address = await serve({ '/a': text('A') }, 50);
    expect(await raw(address, 'GET /a HTTP/1.1\r\nHost: x\r\nX-Slow')).toMatch(/^HTTP\/1.1 408 /);
  });

  it('does not wait for a body that never arrives in full, answered though it is', async () => {
    const address = await serve({ '/a': text('A') }, 50);
    const answer = await raw(address, 'GET /a HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf');
    expect(answer).toMatch(/^HTTP\/1.1 200 /);
  });

  it('answers others while one is slow', async () => {
    const address = await serve({ '/a': text('A') });
    const slow = open(address, 'GET /a HTTP/1.1\r\nHost: x\r\n');
    expect(await (await fetch(`http://${address}/a`)).text()).toBe('A');
    expect(slow.destroyed).toBe(false);
    slow.destroy();
  });

  it('reads no body that is sent to it, however long: it answers and closes', async () => {
    const address = await serve({ '/a': text('A') });
    const answer = await raw(
      address,
      'POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000000\r\n\r\nbody',
    );
    expect(answer).toMatch(/^HTTP\/1.1 405 /);
    expect(answer).toMatch(/^connection: close\r$/im);
  });
});

describe('an address', () => {
  it('is told with the port that was really taken', async () => {
    const address = await serve({});
    expect(address).toMatch(/^127\.0\.0\.1:\d+$/);
    expect(address).not.toBe('127.0.0.1:0');
  });

  it('may be all of the machine’s', async () => {
    const server = await listen({ host: undefined, port: 0 }, { '/a': text('A') });
    servers.push(server);
    expect(server.address).toMatch(/^:\d+$/);
    expect(await (await fetch(`http://127.0.0.1${server.address}/a`)).text()).toBe('A');
  });

  it('that is in use is told, with what to do', async () => {
    const address = await serve({});
    const port = Number(address.split(':')[1]);
    await expect(listen({ host: '127.0.0.1', port }, {})).rejects.toThrow(
      `cannot listen on ${address}: the address is in use; choose another`,
    );
  });

  it('that this machine does not have is told', async () => {
    await expect(listen({ host: '192.0.2.1', port: 0 }, {})).rejects.toThrow(
      'cannot listen on 192.0.2.1:0: this machine has no such address',
    );
    await expect(listen({ host: '2001:db8::1', port: 8080 }, {})).rejects.toThrow(
      /^cannot listen on \[2001:db8::1\]:8080: /,
    );
  });
});

describe('closing', () => {
  it('ends connections that are open, and frees the address', async () => {
    const server = await listen(LOCAL, { '/hangs': () => new Promise(() => undefined) });
    const port = Number(server.address.split(':')[1]);
    const hanging = fetch(`http://${server.address}/hangs`);
    const idle = open(server.address, '');
    const ends = [expect(hanging).rejects.toThrow(), new Promise((resolve) => idle.once('close', resolve))];
    idle.on('error', () => undefined).resume();
    await new Promise((resolve) => idle.once('connect', resolve));
    await server.close();
    await Promise.all(ends);
    servers.push(await listen({ host: '127.0.0.1', port }, {}));
  });

  it('may be asked for twice', async () => {
    const server = await listen(LOCAL, {});
    await server.close();
    await server.close();
  });
});
