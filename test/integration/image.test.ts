import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  copyFileSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest, test } from '@jest/globals';
import { ADMIN_SERVICE, CONFIG_LABEL, CONFIG_NAMESPACE, KONG_NAMESPACE } from '../../src/demo/world.js';
import { configOf, createTroop } from '../support/troop.js';
import type { Troop } from '../support/troop.js';

jest.setTimeout(120_000);

const checkout = join(import.meta.dirname, '../..');
/** Only root may become somebody else. */
const nobody = process.getuid?.() === 0 ? { uid: 1000, gid: 1000 } : {};
const LIMIT_MB = 120;

let folder = '';
let tree = '';
let node = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'silverback-image-'));
  chmodSync(folder, 0o755);
  tree = join(folder, 'silverback');
  // A copy, because the one that runs us may be in a home that nobody else may enter.
  node = join(folder, 'node');
  copyFileSync(process.execPath, node);
  chmodSync(node, 0o755);
  execFileSync(process.execPath, [join(checkout, 'scripts/image-tree.mjs'), tree]);
  for (const path of allIn(tree)) chmodSync(path, lstatSync(path).isDirectory() ? 0o555 : 0o444);
});
afterAll(() => {
  for (const path of allIn(tree)) if (lstatSync(path).isDirectory()) chmodSync(path, 0o755);
  rmSync(folder, { recursive: true });
});

function allIn(path: string): string[] {
  const names = readdirSync(path, { withFileTypes: true });
  return [
    path,
    ...names.flatMap((entry) => {
      const inner = join(path, entry.name);
      return entry.isDirectory() ? allIn(inner) : [inner];
    }),
  ];
}

/** Starts what the image starts, as the image's user, in an environment that has nothing of ours. */
const start = (args: readonly string[]) =>
  spawn(node, ['dist/cli/main.js', ...args], {
    cwd: tree,
    env: { NODE_ENV: 'production' },
    ...nobody,
  });

async function outputOf(args: readonly string[]): Promise<{ code: unknown; text: string }> {
  const child = start(args);
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const [code] = (await once(child, 'close')) as unknown[];
  return { code, text };
}

interface Bom {
  readonly bomFormat: string;
  readonly specVersion: string;
  readonly metadata: { readonly component: { readonly 'bom-ref': string; readonly name: string } };
  readonly components: readonly Readonly<Record<'bom-ref' | 'name' | 'version' | 'purl', string>>[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

test('the bill of materials lists every package in the image and in the dashboard, no other, and what needs which', () => {
  const text = execFileSync(process.execPath, [join(checkout, 'scripts/sbom.mjs')], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  const bom = JSON.parse(text) as Bom;
  expect(bom).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.5' });
  const packages = allIn(join(tree, 'node_modules'))
    .filter((path) => /node_modules\/(@[^/]+\/)?[^/]+\/package\.json$/.test(path))
    .map((path) => JSON.parse(readFileSync(path, 'utf8')) as { name: string; version: string })
    .map(({ name, version }) => `${name}@${version}`);
  const listed = bom.components.map(({ name, version }) => `${name}@${version}`);
  const { version } = JSON.parse(
    readFileSync(join(checkout, 'node_modules/preact/package.json'), 'utf8'),
  ) as {
    version: string;
  };
  expect(listed.toSorted()).toEqual([...new Set([...packages, `preact@${version}`])].toSorted());
  for (const { purl, version: its } of bom.components)
    expect(purl).toMatch(new RegExp(`^pkg:npm/.+@${its}$`));
  const refs = [bom.metadata.component, ...bom.components].map((component) => component['bom-ref']);
  expect(bom.dependencies.map(({ ref }) => ref).toSorted()).toEqual(refs.toSorted());
  expect(refs).toEqual(expect.arrayContaining(bom.dependencies.flatMap(({ dependsOn }) => dependsOn)));
});

describe('what the image holds', () => {
  let troop: Troop | undefined;
  afterAll(() => troop?.close());

  it(`is less than ${LIMIT_MB} MB, of which nothing is for compilers or debuggers`, () => {
    const files = allIn(tree).filter((path) => lstatSync(path).isFile());
    const bytes = files.reduce((sum, path) => sum + lstatSync(path).size, 0);
    expect(bytes / 1e6).toBeLessThan(LIMIT_MB);
    expect(files.filter((path) => /\.(ts|map)$/.test(path))).toEqual([]);
  });

  it('has the dashboard', () => {
    for (const name of ['index.html', 'assets/dashboard.js', 'assets/licences.txt'])
      expect(lstatSync(join(tree, 'dist/server/dashboard', name)).isFile()).toBe(true);
  });

  it('is what the Dockerfile copies', () => {
    const dockerfile = readFileSync(join(checkout, 'deploy/Dockerfile'), 'utf8');
    expect(dockerfile).toContain('node scripts/image-tree.mjs /silverback ');
    expect(dockerfile.match(/^COPY --from=.*$/gm)).toEqual(['COPY --from=build /silverback ./']);
  });

  it('tells its version, validates, and prints schemas', async () => {
    const { version } = JSON.parse(readFileSync(join(checkout, 'package.json'), 'utf8')) as {
      version: string;
    };
    expect(await outputOf(['--version'])).toEqual({ code: 0, text: `${version}\n` });
    const config = join(folder, 'kong.yaml');
    writeFileSync(config, configOf('one').replace('paths:', 'path:'));
    const bad = await outputOf(['validate', config]);
    expect([bad.code, bad.text]).toEqual([1, expect.stringContaining("unknown field 'path'")]);
    expect(await outputOf(['validate', '--kong-version', '3.4', config])).toMatchObject({ code: 1 });
    expect(await outputOf(['schema', 'print'])).toMatchObject({ code: 0 });
  });

  it('configures gateways that it discovers, read-only and unprivileged', async () => {
    troop = await createTroop({ gateways: 2 });
    troop.world.setConfig('shop', { 'kong.yaml': configOf('one') });
    const kubeconfig = join(folder, 'kubeconfig');
    writeFileSync(kubeconfig, troop.world.kube.kubeconfig({ namespace: CONFIG_NAMESPACE }));
    const replica = start([
      'run',
      `--kubeconfig=${kubeconfig}`,
      `--kong-admin-svc=${KONG_NAMESPACE}/${ADMIN_SERVICE}`,
      `--config-selector=${CONFIG_LABEL}=true`,
      '--leader-elect=on',
      '--health-probe-bind-address=127.0.0.1:0',
      '--metrics-bind-address=127.0.0.1:0',
      '--diagnostics-bind-address=127.0.0.1:0',
    ]);
    const closed = once(replica, 'close') as Promise<unknown[]>;
    let log = '';
    for await (const chunk of replica.stdout) {
      log += String(chunk);
      if (log.includes('"event":"converged"') || log.includes('"level":"fatal"')) break;
    }
    replica.kill('SIGTERM');
    replica.stdout.resume();
    expect([await closed, log]).toEqual([[0, null], expect.stringContaining('all 2 gateways serve')]);
  });
});
