import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from '@jest/globals';
import { startKongEmulator } from '../../../src/emulator/kong/kong-emulator.js';
import { createAdminApi } from '../../../src/gateway/admin-api.js';
import { openCredentials } from '../../../src/gateway/credentials.js';
import type { Credentials } from '../../../src/gateway/credentials.js';
import { makeCertificates } from '../../support/certificates.js';
import { createVirtualClock } from '../../support/virtual-clock.js';
import { revisionOf } from '../../support/virtual-gateways.js';

const SERVER = fileURLToPath(new URL('../../support/frozen-server.mjs', import.meta.url));

let credentials: Credentials;
const cleanup: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  await credentials.close();
  for (const stop of cleanup.splice(0).reverse()) await stop();
});

interface FrozenServer {
  readonly port: number;
  readonly frozen: Promise<unknown>;
  /** Lets it read on; gives how many bytes came in all. */
  readonly thaw: () => Promise<number>;
}

async function startFrozenServer(relayTo = 0): Promise<FrozenServer> {
  const child = spawn(process.execPath, [SERVER, String(relayTo)], { stdio: ['pipe', 'pipe', 'inherit'] });
  cleanup.push(async () => void child.kill('SIGKILL'));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<string> => String((await lines.next()).value);
  const port = Number(await next());
  return {
    port,
    frozen: next(),
    async thaw() {
      child.stdin.write('\n');
      return Number(await next());
    },
  };
}

async function openApi(ca?: string) {
  credentials = await openCredentials(
    { skipVerify: false, headers: {}, ...(ca !== undefined && { ca: { value: ca } }) },
    {
      clock: createVirtualClock(),
      refreshMs: 60_000,
      connectTimeoutMs: 5_000,
      onRotated: () => undefined,
      onUnreadable: () => undefined,
    },
  );
  return createAdminApi({
    dispatcher: ({ serverName }, lane) => credentials.dispatcher(serverName, lane),
    headers: () => ({}),
    workspace: undefined,
    onUnauthorized: () => undefined,
    wallNow: () => 0,
  });
}

/** What a gateway's kernel may have taken in while the gateway itself was frozen; ours may hold megabytes more. */
const ON_THE_WIRE = 1_500_000;

/** Pushes to a server that freezes, until no more of it is taken; cuts it off, and gives what the server found when it thawed. */
async function cutOffWhileFrozen(
  url: string,
  server: FrozenServer,
  size: number,
  ca?: string,
): Promise<number> {
  const fence = new AbortController();
  const api = await openApi(ca);
  let slices = 0;
  const mayWrite = (): boolean => {
    slices += 1;
    return true;
  };
  const pushed = api.push({ key: url, name: 'kong', url }, revisionOf('large', size), {
    checkHash: true,
    mayWrite,
    signal: fence.signal,
  });
  await server.frozen;
  for (let before = 0; before !== slices;) {
    before = slices;
    await setTimeout(100);
  }
  fence.abort('fence');
  expect(await pushed).toMatchObject({ kind: 'unknown', trouble: { code: 'fence' } });
  return server.thaw();
}

test.each([2_000_000, 8_000_000])(
  'of a push of %d bytes that is cut off at the fence nothing leaves afterwards, though the gateway was frozen',
  async (size) => {
    const server = await startFrozenServer();
    const url = `http://127.0.0.1:${server.port}`;
    expect(await cutOffWhileFrozen(url, server, size)).toBeLessThan(ON_THE_WIRE);
  },
);

test('over TLS neither', async () => {
  const { ca, server: pair } = await makeCertificates();
  const kong = await startKongEmulator({ tls: pair });
  cleanup.push(() => kong.stop());
  const server = await startFrozenServer(kong.adminPort);
  const url = `https://127.0.0.1:${server.port}`;
  expect(await cutOffWhileFrozen(url, server, 8_000_000, ca)).toBeLessThan(ON_THE_WIRE);
});

test('a TLS port that takes connections from nobody is unreachable', async () => {
  const url = 'https://127.0.0.1:1';
  const api = await openApi();
  const answer = await api.status({ key: url, name: 'kong', url }, new AbortController().signal);
  expect(answer).toMatchObject({ kind: 'unreachable', trouble: { code: 'econnrefused' } });
});
