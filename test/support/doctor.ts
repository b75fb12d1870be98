// A cluster in which silverback doctor finds nothing wrong, to be spoilt by tests.
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ADMIN_SERVICE,
  CONFIG_LABEL,
  CONFIG_NAMESPACE,
  createWorld,
  KONG_NAMESPACE,
} from '../../src/demo/world.js';
import type { World } from '../../src/demo/world.js';
import { configOf, MAIN } from './troop.js';

export interface DoctorResult {
  readonly area: string;
  readonly check: string;
  readonly subject?: string;
  readonly verdict: 'ok' | 'warn' | 'fail' | 'skipped';
  readonly message: string;
  readonly fix?: string;
  readonly snippet?: string;
}

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export const HISTORY = 'silverback-history';

/** A healthy cluster, but for its gateways: each test adds its own. */
export interface Patient {
  readonly world: World;
  readonly folder: string;
  readonly kubeconfig: string;
  /** The arguments that a healthy deployment has; given ones win. */
  readonly args: string[];
  readonly env: Record<string, string>;
  /** Writes a file beside the kubeconfig, and gives its path. */
  readonly file: (name: string, text: string) => Promise<string>;
  readonly setService: (ports: readonly object[], spec?: object) => void;
  readonly examine: (...more: readonly string[]) => Promise<Ended>;
  /** What it finds, as data. */
  readonly results: () => Promise<{ readonly code: number; readonly results: readonly DoctorResult[] }>;
  readonly close: () => Promise<void>;
}

export async function createPatient(): Promise<Patient> {
  const world = await createWorld();
  const folder = await mkdtemp(join(tmpdir(), 'silverback-doctor-'));
  const file = async (name: string, text: string): Promise<string> => {
    await writeFile(join(folder, name), text);
    return join(folder, name);
  };
  const kubeconfig = await file('kubeconfig', world.kube.kubeconfig({ namespace: CONFIG_NAMESPACE }));
  const args = [
    ['--kubeconfig', kubeconfig],
    ['--kong-admin-svc', `${KONG_NAMESPACE}/${ADMIN_SERVICE}`],
    ['--config-selector', `${CONFIG_LABEL}=true`],
    ['--leader-elect', 'on'],
    ['--history-secret', HISTORY, '--history-slots', '2'],
  ].flat();
  const env: Record<string, string> = {};
  const setService: Patient['setService'] = (ports, spec = {}) =>
    void world.kube.apply({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: ADMIN_SERVICE, namespace: KONG_NAMESPACE },
      spec: { ports, selector: { app: 'kong' }, ...spec },
    });
  setService([{ name: 'kong-admin', port: 8001 }]);
  world.setConfig('shop', { 'kong.yaml': configOf('one') });
  for (const name of [HISTORY, `${HISTORY}-0`, `${HISTORY}-1`]) {
    world.kube.apply({ kind: 'Secret', metadata: { name, namespace: CONFIG_NAMESPACE } });
  }
  const examine: Patient['examine'] = (...more) => run([...args, ...more], env);
  return {
    world,
    folder,
    kubeconfig,
    args,
    env,
    file,
    setService,
    examine,
    async results() {
      const { code, stdout, stderr } = await examine('-o', 'json');
      if (stdout === '') throw new Error(`silverback doctor said nothing: ${stderr}`);
      const { results } = JSON.parse(stdout) as { results: readonly DoctorResult[] };
      return { code, results };
    },
    async close() {
      await world.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function run(args: readonly string[], env: Readonly<Record<string, string>>): Promise<Ended> {
  const bare = Object.entries(process.env).filter(([name]) => !/^(CONTROLLER|KUBE|DECK)_?/.test(name));
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [MAIN, 'doctor', ...args],
      { env: { ...Object.fromEntries(bare), ...env }, maxBuffer: 64 * 1024 * 1024 },
      (_error, stdout, stderr) => resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}
