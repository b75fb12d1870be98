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
  // What scenarios used of their rights is gathered here.
  process.env.SILVERBACK_E2E_RUN = mkdtempSync(join(tmpdir(), 'silverback-e2e-run-'));
  process.env.SILVERBACK_E2E_RIGHTS = join(process.env.SILVERBACK_E2E_RUN, 'rights.jsonl');
}
