import { afterEach, describe, expect, it } from '@jest/globals';
import { listen } from '../../../src/server/listen.js';
import type { Listening } from '../../../src/server/listen.js';
import { probeRoutes } from '../../../src/server/probes.js';
import type { ReadyCheck } from '../../../src/server/probes.js';

let server: Listening | undefined;
afterEach(async () => {
  await server?.close();
});

async function probe(path: string, checks: readonly ReadyCheck[]): Promise<[number, string]> {
  server = await listen({ host: '127.0.0.1', port: 0 }, probeRoutes(checks));
  const response = await fetch(`http://${server.address}${path}`);
  return [response.status, await response.text()];
}

const done = { name: 'sources-synced', done: () => true };
const open = { name: 'gateways-discovered', done: () => false };

describe('/healthz', () => {
  it('is 200 for as long as anything answers, ready or not', async () => {
    expect(await probe('/healthz', [open])).toEqual([200, 'ok\n']);
  });
});

describe('/readyz', () => {
  it('is 503 until every check is met, and names the ones that are not', async () => {
    expect(await probe('/readyz', [done, open])).toEqual([
      503,
      '[+] sources-synced ok\n[-] gateways-discovered not yet\n',
    ]);
  });

  it('is 200 once they are', async () => {
    expect(await probe('/readyz', [done])).toEqual([200, '[+] sources-synced ok\n']);
  });

  it('asks again each time', async () => {
    let ready = false;
    const [before] = await probe('/readyz', [{ name: 'x', done: () => ready }]);
    ready = true;
    const after = await fetch(`http://${server?.address ?? ''}/readyz`);
    expect([before, after.status]).toEqual([503, 200]);
  });

  it('is no success when a check fails to answer', async () => {
    const broken = {
      name: 'broken',
      done: () => {
        throw new Error('s3cr3t');
      },
    };
    expect(await probe('/readyz', [broken])).toEqual([500, 'internal error\n']);
  });
});
