import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { only, podOf, render } from './render.js';
import { valueSet } from './value-sets.js';

const ADDRESS = '127.0.0.1';
const GOOD = ['silverback_leader 1', 'silverback_config_valid 1', 'silverback_gateways{state="in-sync"} 3'];

/** What a replica answers next. */
let readyStatus = 200;
let metrics: readonly string[] = [];
const replica = createServer((request, response) => {
  const body = request.url === '/metrics' ? metrics.join('\n') : '[-] sources-synced not yet\n';
  response.writeHead(request.url === '/metrics' ? 200 : readyStatus).end(body);
});

beforeAll(() => new Promise<void>((resolve) => replica.listen(0, ADDRESS, resolve)));
afterAll(() => new Promise((resolve) => replica.close(resolve)));

/** Runs what the test's pod runs, against one replica at one address, with patience for one look. */
function runTest(replicas = 1): Promise<{ code: number | null; text: string }> {
  const { command = [], args } = podOf(only(render(valueSet('mTLS')), 'Pod')).containers[0]!;
  const port = String((replica.address() as AddressInfo).port);
  const env = { SERVICE: ADDRESS, REPLICAS: String(replicas), PROBES_PORT: port, METRICS_PORT: port };
  const child = spawn(process.execPath, [...command.slice(1), ...args], {
    env: { ...env, PATIENCE_SECONDS: '0' },
  });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, text })));
}

describe('helm test', () => {
  it('passes where every replica is ready, one leads, and no gateway is in trouble', async () => {
    readyStatus = 200;
    metrics = [...GOOD, 'silverback_gateways{state="pushing"} 1', 'silverback_gateways{state="rejected"} 0'];
    const { code, text } = await runTest();
    expect([code, text]).toEqual([0, '1 replicas are ready, one leads; 3 of 4 gateways are in sync\n']);
  });

  it.each<[string, number, string[], number, RegExp]>([
    ['a replica is missing', 2, GOOD, 200, /1 of 2 replicas are ready/],
    ['a replica waits for something', 1, GOOD, 503, /answers 503: \[-\] sources-synced not yet/],
    ['nobody leads', 1, ['silverback_leader 0'], 200, /0 replicas lead/],
    [
      'the configuration is invalid',
      1,
      ['silverback_leader 1', 'silverback_config_valid 0'],
      200,
      /the newest configuration is invalid/,
    ],
    [
      'a gateway is refused',
      1,
      [...GOOD, 'silverback_gateways{state="refused"} 2'],
      200,
      /2 gateways are refused/,
    ],
  ])('says so where %s', async (_, replicas, lines, status, words) => {
    readyStatus = status;
    metrics = lines;
    const { code, text } = await runTest(replicas);
    expect(code).toBe(1);
    expect(text).toMatch(words);
  });
});
