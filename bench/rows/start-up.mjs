// How long the program needs to start, beside a bare `node` started by turns with it, and what its dear libraries cost.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { median } from '../harness/figures.mjs';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const ROUNDS = 7;
const CONFIG = '_format_version: "3.0"\nservices:\n  - name: one\n    url: http://one.test\n';

async function timeOf(args) {
  const startedAt = performance.now();
  const [code] = await once(spawn(process.execPath, args, { stdio: 'ignore' }), 'exit');
  if (code !== 0) throw new Error(`node ${args.join(' ')} ended with ${code}`);
  return performance.now() - startedAt;
}

/** Until the probes answer. */
async function serving(config) {
  const startedAt = performance.now();
  const args = [`--config-file=${config}`, '--kong-admin-url=http://127.0.0.1:9'];
  const binds = ['health-probe', 'metrics'].map((name) => `--${name}-bind-address=127.0.0.1:0`);
  const child = spawn(process.execPath, [MAIN, 'run', ...args, ...binds], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    for await (const text of createInterface({ input: child.stdout })) {
      const { event, msg, address } = JSON.parse(text);
      if (event !== 'serving' || !msg.startsWith('probes')) continue;
      const { status } = await fetch(`http://${address}/healthz`);
      if (status !== 200) throw new Error(`/healthz answers ${status}`);
      return performance.now() - startedAt;
    }
    throw new Error('the controller has ended');
  } finally {
    child.kill('SIGKILL');
  }
}

export async function measureStartUp() {
  const folder = await mkdtemp(join(tmpdir(), 'silverback-bench-'));
  const config = join(folder, 'kong.yaml');
  await writeFile(config, CONFIG);
  const importing = (name) => ['--input-type=module', '--eval', `await import('${name}')`];
  const runs = {
    'bare node': () => timeOf(['--eval', '0']),
    'silverback --version': () => timeOf([MAIN, '--version']),
    'silverback validate of a small file': () => timeOf([MAIN, 'validate', config]),
    'silverback run until /healthz answers': () => serving(config),
    'node that imports undici': () => timeOf(importing('undici')),
    'node that imports @kubernetes/client-node': () => timeOf(importing('@kubernetes/client-node')),
  };
  const times = Object.fromEntries(Object.keys(runs).map((name) => [name, []]));
  try {
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const [name, run] of Object.entries(runs)) times[name].push(await run());
    }
  } finally {
    await rm(folder, { recursive: true });
  }
  const bare = median(times['bare node']);
  return Object.keys(runs).map((name) => {
    const ms = median(times[name]);
    const limit = name.startsWith('silverback run') ? { atMost: 700 } : {};
    return {
      row: `start-up: ${name} (${(ms / bare).toFixed(1)} times a bare node)`,
      value: ms,
      unit: 'ms',
      ...limit,
    };
  });
}
