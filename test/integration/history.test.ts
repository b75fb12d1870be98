import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { systemClock } from '../../src/clock/clock.js';
import { validateDeclarativeConfig } from '../../src/config/validate-declarative-config.js';
import type { Revision } from '../../src/config/revision.js';
import { startKongEmulator } from '../../src/emulator/kong/kong-emulator.js';
import type { KongEmulator } from '../../src/emulator/kong/kong-emulator.js';
import { startKubeEmulator } from '../../src/emulator/kube/kube-emulator.js';
import type { KubeEmulator } from '../../src/emulator/kube/kube-emulator.js';
import { openFolderHistory } from '../../src/history/folder-history.js';
import { openSecretHistory } from '../../src/history/secret-history.js';
import type { HistoryRecord } from '../../src/history/record.js';
import type { HistoryStore } from '../../src/history/store.js';
import { createClient } from '../../src/kube/client/client.js';
import { openTransport } from '../../src/kube/client/transport.js';
import type { Transport } from '../../src/kube/client/transport.js';
import { loadConnection } from '../../src/kube/connection/load-connection.js';
import { configOf, MAIN } from '../support/troop.js';

jest.setTimeout(120_000);

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const SLOTS = 2;
const PROVENANCE = { sources: [], sourcesDigest: '', sealing: 1 };
let folder = '';
let kube: KubeEmulator;
let transport: Transport;
let gateway: KongEmulator | undefined;
const at = (name: string): string => join(folder, name);
const revisionOf = (text: string): Revision => validateDeclarativeConfig([{ file: 'k', text }]).revision!;
const ONE = revisionOf(configOf('one'));
const TWO = revisionOf(configOf('two', 300));

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'silverback-history-'));
  kube = await startKubeEmulator({ tokens: { 'a-token': 'anna@example.com' } });
  writeFileSync(at('kubeconfig'), kube.kubeconfig({ namespace: 'kong', token: 'a-token' }));
  for (const name of ['history', ...Array.from({ length: SLOTS }, (_, slot) => `history-${slot}`)])
    kube.apply({ kind: 'Secret', metadata: { name, namespace: 'kong' } });
  const connection = await loadConnection({ env: {}, clock: systemClock, kubeconfig: at('kubeconfig') });
  transport = openTransport(connection, { userAgent: 'test' });
});
afterEach(async () => {
  await gateway?.stop();
  gateway = undefined;
  await transport.close();
  await kube.close();
  rmSync(folder, { recursive: true });
});

const inSecrets = (): HistoryStore =>
  openSecretHistory({
    client: createClient({ send: (request) => transport.send(request), clock: systemClock }),
    namespace: 'kong',
    name: 'history',
    slots: SLOTS,
    revisionHistory: 5,
    clock: systemClock,
    random: Math.random,
  });
const inFolder = (): HistoryStore =>
  openFolderHistory({ dir: folder, revisionHistory: 5, clock: systemClock, random: Math.random });

function silverback(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [MAIN, ...args],
      { env: { ...process.env, ...env } },
      (_error, stdout, stderr) => resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}
const SECRETS = (): string[] => ['--history-secret', 'history', '--kubeconfig', at('kubeconfig')];
const boot = (...args: readonly string[]): Promise<Ended> =>
  silverback(['boot', '--out', at('kong.json'), ...SECRETS(), ...args]);
/** A Kong whose init container has written its file; it reads it again at every start. */
async function startGateway(): Promise<KongEmulator> {
  gateway = await startKongEmulator({ declarativeConfig: () => readFileSync(at('kong.json')) });
  return gateway;
}
const readiness = async ({ statusUrl }: KongEmulator): Promise<number> =>
  (await fetch(`${statusUrl}/status/ready`)).status;

describe('silverback boot', () => {
  test('lets a gateway start on the exact hash of last good, ready, with no controller alive', async () => {
    await inSecrets().keep(ONE, PROVENANCE, 1);
    const booted = await boot();
    expect([booted.code, booted.stdout]).toEqual([0, '']);
    expect(booted.stderr).toContain(`it holds last good, ${ONE.id.slice(0, 8)}`);
    const kong = await startGateway();
    expect([kong.hash(), await readiness(kong)]).toEqual([ONE.id, 200]);
    await inSecrets().keep(TWO, PROVENANCE, 1);
    await boot();
    await kong.restart();
    expect([kong.hash(), kong.entityCount()]).toEqual([TWO.id, 600]);
  });

  test('only reads', async () => {
    await inSecrets().keep(ONE, PROVENANCE, 1);
    const before = kube.requests.length;
    await boot();
    const asked = kube.requests
      .slice(before)
      .map(({ method, path }) => `${method} ${path.split('/').at(-1)}`);
    expect(asked).toEqual(['GET history', 'GET history-0']);
  });

  test('without a last good writes what Kong starts with, not ready', async () => {
    const { code, stderr } = await boot();
    expect([code, stderr]).toEqual([0, expect.stringContaining('there is no last good yet')]);
    const kong = await startGateway();
    expect([kong.hash(), await readiness(kong)]).toEqual(['0'.repeat(32), 503]);
  });

  test('never fails the pod for a history that cannot be reached, and keeps what an earlier start wrote', async () => {
    await kube.refuse();
    const first = await boot('--timeout', '2s');
    expect([first.code, first.stderr]).toEqual([
      0,
      expect.stringContaining('WARNING: last good cannot be read'),
    ]);
    expect((await startGateway()).hash()).toBe('0'.repeat(32));
    await kube.accept();
    await inSecrets().keep(ONE, PROVENANCE, 1);
    await boot();
    await kube.refuse();
    const again = await boot('--timeout', '2s');
    expect([again.code, again.stderr]).toEqual([
      0,
      expect.stringContaining('what an earlier start wrote there stays'),
    ]);
    expect(readFileSync(at('kong.json')).equals(ONE.bytes)).toBe(true);
    await kube.accept();
  });

  test('does not wait for a history that hangs', async () => {
    kube.pause();
    const { code, stderr } = await boot('--timeout', '300ms');
    expect([code, stderr]).toEqual([0, expect.stringContaining('no answer within 0.3 s')]);
  });

  test('writes nothing that somebody changed in the Secrets', async () => {
    await inSecrets().keep(ONE, PROVENANCE, 1);
    const evil = Buffer.from('evil').toString('base64');
    kube.apply({
      kind: 'Secret',
      metadata: { name: 'history-0', namespace: 'kong' },
      data: { 'piece.gz': evil },
    });
    const { code, stderr } = await boot();
    expect([code, stderr]).toEqual([0, expect.stringContaining('does not hold its piece')]);
    expect(readFileSync(at('kong.json'), 'utf8')).toBe('{"_format_version":"3.0"}');
  });

  test('does not give a Kong what it is too old for', async () => {
    const plugin = 'plugins: [{name: standard-webhooks, config: {secret_v1: x}}]';
    await inSecrets().keep(revisionOf(`_format_version: "3.0"\n${plugin}\n`), PROVENANCE, 1);
    const old = await boot('--kong-version', '3.4.2');
    expect([old.code, old.stderr]).toEqual([0, expect.stringContaining('does not come with this plugin')]);
    expect(readFileSync(at('kong.json'), 'utf8')).toBe('{"_format_version":"3.0"}');
    expect((await boot('--kong-version', '3.9')).stderr).toContain('it holds last good');
  });

  test('writes a file that Kong may read, and leaves nothing else behind', async () => {
    await inSecrets().keep(ONE, PROVENANCE, 1);
    await boot();
    expect(statSync(at('kong.json')).mode & 0o777).toBe(0o644);
    expect(readdirSync(folder).sort()).toEqual(['kong.json', 'kubeconfig']);
  });

  test('tells wrong usage from a file that cannot be written', async () => {
    const codes = await Promise.all(
      [
        ['--out', at('kong.conf'), ...SECRETS()],
        ['--out', at('k.json')],
        ['--out', at('k.json'), ...SECRETS(), '--kong-version', 'latest'],
        ['--out', at('k.json'), ...SECRETS(), '--timeout', 'soon'],
        ['--out', at('no/such/folder/k.json'), ...SECRETS()],
      ].map(async (args) => (await silverback(['boot', ...args])).code),
    );
    expect(codes).toEqual([2, 2, 2, 2, 1]);
    expect(existsSync(at('k.json'))).toBe(false);
  });
});

describe('the history by hand', () => {
  test('in Secrets: decisions are written under the name that the API server knows', async () => {
    await inSecrets().keep(ONE, PROVENANCE, 1);
    await inSecrets().keep(TWO, PROVENANCE, 1);
    const paused = await silverback(['rollout', 'pause', '--reason', 'freeze', ...SECRETS(), '-n', 'kong']);
    expect([paused.code, paused.stdout]).toEqual([0, expect.stringContaining('within seconds')]);
    const back = await silverback(['rollback', ...SECRETS()]);
    expect(back.stdout).toContain(`Last good is ${ONE.id.slice(0, 8)} now`);
    const approved = await silverback(['approve', TWO.id.slice(0, 10), ...SECRETS()]);
    expect(approved.stdout).toContain('is approved. The leader');
    const record = await inSecrets().read();
    expect(record.lastGood).toBe(ONE.id);
    expect(record.audit.map(({ by, what }) => [by, what])).toEqual([
      ['anna@example.com', `approved ${TWO.id.slice(0, 8)}`],
      ['anna@example.com', `rolled back to ${ONE.id.slice(0, 8)} from ${TWO.id.slice(0, 8)}`],
      ['anna@example.com', 'paused the rollout (freeze)'],
    ]);
    const shown = await silverback(['history', '-o', 'json', ...SECRETS()]);
    expect(JSON.parse(shown.stdout) as HistoryRecord).toEqual(JSON.parse(JSON.stringify(record)));
  });

  test('without Kubernetes: the same in a folder, named by the environment of silverback run', async () => {
    await inFolder().keep(ONE, PROVENANCE, 0);
    const env = { CONTROLLER_DATA_DIR: folder };
    const aborted = await silverback(['rollout', 'abort', TWO.id, '--reason', 'no'], env);
    expect([aborted.code, aborted.stdout]).toEqual([
      0,
      expect.stringContaining('is withdrawn; gateways that have it'),
    ]);
    const shown = await silverback(['history'], env);
    expect(shown.stdout).toContain(`last good  ${ONE.id.slice(0, 8)}\n`);
    expect(shown.stdout).toMatch(/its rollout was aborted: no/);
    const booted = await silverback(['boot', '--out', at('kong.json')], env);
    expect([booted.code, readFileSync(at('kong.json')).equals(ONE.bytes)]).toEqual([0, true]);
  });

  test('several at once, in one folder: no decision is lost', async () => {
    const ids = Array.from({ length: 5 }, (_, n) => `${n}`.repeat(32));
    const done = await Promise.all(ids.map((id) => silverback(['approve', id, '--data-dir', folder])));
    expect(done.map(({ code }) => code)).toEqual(Array(5).fill(0));
    const { approvals, audit } = await inFolder().read();
    expect(approvals.map(({ revision }) => revision).sort()).toEqual(ids);
    expect(audit).toHaveLength(5);
  });

  test('says which right is missing and which Secret, and ends with 1; wrong usage ends with 2', async () => {
    kube.fail(403);
    const forbidden = await silverback(['history', ...SECRETS()]);
    expect([forbidden.code, forbidden.stderr]).toEqual([
      1,
      expect.stringMatching(/^error: Secret kong\/history may not be used: .*allow get and patch/),
    ]);
    const usage = await Promise.all(
      [['history'], ['approve', 'x', '--data-dir', folder], ['history', '--history-secret', 'History!']].map(
        (args) => silverback(args),
      ),
    );
    expect(usage.map(({ code }) => code)).toEqual([2, 2, 2]);
    const unknown = await silverback(['approve', '12345678', '--data-dir', folder]);
    expect([unknown.code, unknown.stderr]).toEqual([
      1,
      expect.stringContaining('no revision begins with 12345678'),
    ]);
  });
});
