import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { programsOf } from './programs.mjs';

/** Builds etcd, the kube-apiserver and Helm if they are missing, before any test's time runs. */
export default async function setUp() {
  try {
    await programsOf('control-plane');
    await programsOf('helm');
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
  const folder = mkdtempSync(join(tmpdir(), 'silverback-e2e-run-'));
  removeAfterwards(folder);
  // What scenarios used of their rights is gathered here.
  process.env.SILVERBACK_E2E_RIGHTS = join(folder, 'rights.jsonl');
}

/** However the run ends. */
function removeAfterwards(folder) {
  const reaper = spawn(process.execPath, [join(import.meta.dirname, 'reaper.mjs')], {
    stdio: ['pipe', 'ignore', 'inherit'],
    detached: true,
  });
  reaper.unref();
  reaper.stdin.unref();
  reaper.stdin.write(`folder ${folder}\n`);
}
