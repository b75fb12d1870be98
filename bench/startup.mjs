// How long does the controller need from its start until /healthz answers? The fastest of several starts counts, and a bare
// `node` is started by turns with it: what slows the machine down slows both. Ends with 1 when the limit is exceeded.
//   npm run build && node bench/startup.mjs
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const ROUNDS = 10;
const LIMIT_MS = 700;
const MAIN = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));

async function bareNode() {
  const startedAt = performance.now();
  await once(spawn(process.execPath, ['--eval', '0']), 'exit');
  return performance.now() - startedAt;
}

const statusOf = (url) =>
  new Promise((resolve, reject) => {
    get(url, (response) => resolve(response.resume().statusCode)).on('error', reject);
  });

/** The address of the probes, from the log: the operating system chooses the port. */
async function probesOf(child) {
  for await (const line of createInterface({ input: child.stdout })) {
    const { event, msg, address } = JSON.parse(line);
    if (event === 'serving' && msg.startsWith('probes')) return address;
  }
  throw new Error('the controller has ended');
}

async function untilHealthy(config) {
  const startedAt = performance.now();
  const child = spawn(process.execPath, [
    MAIN,
    'run',
    `--config-file=${config}`,
    // Nobody listens there.
    '--kong-admin-url=http://127.0.0.1:9',
    '--health-probe-bind-address=127.0.0.1:0',
    '--metrics-bind-address=127.0.0.1:0',
    '--diagnostics-bind-address=127.0.0.1:0',
  ]);
  try {
    const status = await statusOf(`http://${await probesOf(child)}/healthz`);
    if (status !== 200) throw new Error(`/healthz answers ${status}`);
    return performance.now() - startedAt;
  } finally {
    child.kill('SIGKILL');
  }
}

const folder = mkdtempSync(join(tmpdir(), 'silverback-startup-'));
const config = join(folder, 'kong.yaml');
writeFileSync(config, '_format_version: "3.0"\nservices:\n  - name: one\n    url: http://one.test\n');
const bare = [];
const healthy = [];
for (let round = 0; round < ROUNDS; round += 1) {
  bare.push(await bareNode());
  healthy.push(await untilHealthy(config));
}
rmSync(folder, { recursive: true });

const fastest = Math.min(...healthy);
const failed = fastest > LIMIT_MS;
console.log(
  `${failed ? 'TOO SLOW ' : ''}/healthz answers ${fastest.toFixed(0)} ms after the start (limit ${LIMIT_MS} ms), ` +
    `${(fastest / Math.min(...bare)).toFixed(1)} times as long as a bare node (${Math.min(...bare).toFixed(0)} ms); ` +
    `fastest of ${ROUNDS}`,
);
process.exitCode = failed ? 1 : 0;
