import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { startKongEmulator, type KongEmulator } from '../../../../src/emulator/kong/kong-emulator.js';
import { makeCertificates } from '../../../support/certificates.js';
import { A, post, ZEROS } from './posting.js';

// Real sockets and processes: slow on a busy machine, not wrong.
jest.setTimeout(60_000);

const SCRIPT = fileURLToPath(new URL('../../../../scripts/conformance.mjs', import.meta.url));

interface Run {
  readonly code: number | null;
  readonly output: string;
}

function conformance(...args: string[]): Promise<Run> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [SCRIPT, ...args], { env: { ...process.env, NODE_OPTIONS: '' } });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.on('close', (code) => resolve({ code, output }));
  });
}

describe('the conformance kit', () => {
  let gateway: KongEmulator;
  afterEach(() => gateway.stop());

  it.each(['3.4.2', '3.9.3'])(
    'finds that the emulator does as Kong %s',
    async (version) => {
      gateway = await startKongEmulator({ version, loadMs: 50 });
      const { code, output } = await conformance(
        '--kong-admin-url',
        gateway.adminUrl,
        '--kong-status-url',
        gateway.statusUrl,
      );
      expect(output).not.toContain('FAILED');
      expect(output.match(/^ok /gm)?.length).toBeGreaterThan(30);
      expect(output).toContain('everything tried holds');
      expect([code, gateway.hash(), gateway.violations]).toEqual([0, ZEROS, []]);
    },
    60_000,
  );

  it('touches no config without being told to, and puts its entities back', async () => {
    gateway = await startKongEmulator({ loadMs: 50 });
    await post(gateway, A);
    const hash = gateway.hash();
    const careful = await conformance('--kong-admin-url', gateway.adminUrl);
    expect([careful.code, careful.output.includes('--yes'), gateway.hash()]).toEqual([2, true, hash]);
    const { code, output } = await conformance('--kong-admin-url', gateway.adminUrl, '--yes');
    expect([code, gateway.entityCount()]).toEqual([0, 1]);
    expect(output).toContain('under another hash');
  });

  it('says what does not hold, and exits with 1', async () => {
    gateway = await startKongEmulator();
    gateway.faults.set({ hashOverride: 'f'.repeat(32) });
    const { code, output } = await conformance(
      '--kong-admin-url',
      gateway.adminUrl,
      '--timeout-seconds',
      '1',
    );
    expect(code).toBe(1);
    expect(output).toMatch(/^FAILED {2}JSON sent as text\/yaml: .*instead of/m);
  });

  it('speaks mutual TLS, and sends headers', async () => {
    const { ca, server, client } = await makeCertificates();
    const folder = await mkdtemp(join(tmpdir(), 'conformance-'));
    const file = async (name: string, text: string): Promise<string> => {
      await writeFile(join(folder, name), text);
      return join(folder, name);
    };
    gateway = await startKongEmulator({
      tls: { ...server, clientCa: ca },
      requireToken: { header: 'Kong-Admin-Token', value: 's3cret' },
      loadMs: 50,
    });
    const { code, output } = await conformance(
      ...['--kong-admin-url', gateway.adminUrl, '--header', 'Kong-Admin-Token: s3cret'],
      ...['--ca-cert', await file('ca.pem', ca)],
      ...[
        '--client-cert',
        await file('client.pem', client.cert),
        '--client-key',
        await file('key.pem', client.key),
      ],
    );
    await rm(folder, { recursive: true });
    expect(output).toContain('ok      without a client certificate the answer is 400');
    expect(code).toBe(0);
  });

  it.each([
    [[], '--kong-admin-url is missing'],
    [['--kong-admin-url', 'nonsense'], 'no http or https URL'],
    [['--kong-admin-url', 'http://127.0.0.1:1'], 'cannot be reached'],
    [['--what'], "Unknown option '--what'"],
  ])('says what it cannot try, and exits with 2: %j', async (args, words) => {
    gateway = await startKongEmulator();
    const { code, output } = await conformance(...args);
    expect([code, output]).toEqual([2, expect.stringContaining(words)]);
  });
});
