import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { systemClock } from '../../../src/clock/clock.js';
import type { Revision } from '../../../src/config/revision.js';
import { validateDeclarativeConfig } from '../../../src/config/validate-declarative-config.js';
import { startKongEmulator } from '../../../src/emulator/kong/kong-emulator.js';
import { openSecretHistory } from '../../../src/history/secret-history.js';
import type { HistoryRecord } from '../../../src/history/record.js';
import type { HistoryStore } from '../../../src/history/store.js';
import { createClient } from '../../../src/kube/client/client.js';
import { openTransport } from '../../../src/kube/client/transport.js';
import type { Transport } from '../../../src/kube/client/transport.js';
import { loadConnection } from '../../../src/kube/connection/load-connection.js';
import { configOf, MAIN } from '../../support/troop.js';
import { startControlPlane } from '../support/control-plane.js';
import type { ControlPlane } from '../support/control-plane.js';
import { kubeconfigOf } from '../support/people.js';
import { readAuditLog, refusedIn } from '../support/rights.js';

const NAMESPACE = 'history';
const NAME = 'silverback-history';
const SLOTS = Array.from({ length: 8 }, (_, slot) => `${NAME}-${slot}`);

/** The rules of the Roles in docs/history.md, in their order: Silverback's, and that of Kong's pods. */
function documentedRules(): readonly unknown[] {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/history.md'), 'utf8');
  return Array.from(page.matchAll(/^```yaml\n([\s\S]*?)^```$/gm), ([, text = '']) => parseAllDocuments(text))
    .flat()
    .map((document) => document.toJS() as { kind: string; rules: unknown })
    .filter(({ kind }) => kind === 'Role')
    .map(({ rules }) => rules);
}
const [leader, kong] = documentedRules();
const person = [{ apiGroups: [''], resources: ['secrets'], resourceNames: [NAME], verbs: ['get', 'patch'] }];
const RIGHTS = { leader, person, kong } as const;
type Who = keyof typeof RIGHTS;

let plane: ControlPlane;
let folder = '';
const transports: Transport[] = [];
const at = (name: string): string => join(folder, name);

beforeAll(async () => {
  plane = await startControlPlane();
  folder = mkdtempSync(join(tmpdir(), 'silverback-e2e-history-'));
  await plane.admin.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } });
  for (const name of [NAME, ...SLOTS])
    await plane.admin.apply({ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: NAMESPACE } });
  await allow('leader');
  await allow('person');
  await allow('kong');
});
afterAll(async () => {
  await Promise.all(transports.map((transport) => transport.close()));
  rmSync(folder, { recursive: true });
  await plane.close();
});

/** A ServiceAccount with these rights and no others, and a kubeconfig for it. */
async function allow(name: Who): Promise<void> {
  const { admin } = plane;
  const metadata = { name, namespace: NAMESPACE };
  const rules = RIGHTS[name];
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name };
  const subjects = [{ kind: 'ServiceAccount', name, namespace: NAMESPACE }];
  await admin.apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata });
  await admin.apply({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata, rules });
  await admin.apply({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata,
    roleRef,
    subjects,
  });
  const bound = await admin.get('Secret', NAMESPACE, NAME);
  writeFileSync(at(name), await kubeconfigOf(plane, metadata, bound!));
}

async function storeOf(who: Who): Promise<HistoryStore> {
  const connection = await loadConnection({ env: {}, clock: systemClock, kubeconfig: at(who) });
  const transport = openTransport(connection, { userAgent: 'e2e' });
  transports.push(transport);
  return openSecretHistory({
    client: createClient({ send: (request) => transport.send(request), clock: systemClock }),
    namespace: NAMESPACE,
    name: NAME,
    slots: SLOTS.length,
    revisionHistory: 5,
    clock: systemClock,
    random: Math.random,
  });
}

function silverback(who: Who, ...args: readonly string[]): Promise<string> {
  const all = [MAIN, ...args, '--history-secret', NAME, '--kubeconfig', at(who)];
  return new Promise((resolve) => {
    execFile(process.execPath, all, (_error, stdout, stderr) => resolve(stdout + stderr));
  });
}

const revisionOf = (text: string): Revision => validateDeclarativeConfig([{ file: 'k', text }]).revision!;
const PROVENANCE = { sources: [], sourcesDigest: '', sealing: 1 };

test('the history keeps to the rights that the docs name, and fills Secrets that a real API server takes', async () => {
  const store = await storeOf('leader');
  const seen: HistoryRecord[] = [];
  let wake = (): void => undefined;
  const until = async (holds: (record: HistoryRecord) => boolean): Promise<void> => {
    while (!seen.some(holds)) await new Promise<void>((resolve) => (wake = resolve));
  };
  const following = store.follow(
    (record) => {
      seen.push(record);
      wake();
    },
    ({ reason }) => {
      throw new Error(reason);
    },
  );
  await until(({ lastGood }) => lastGood === undefined);

  const one = revisionOf(configOf('one'));
  const noise = randomBytes(1_200_000).toString('base64');
  const large = revisionOf(
    `_format_version: "3.0"\nca_certificates: []\nconsumers: [{username: ${noise}}]\n`,
  );
  await store.keep(one, PROVENANCE, 1);
  const { revisions } = await store.keep(large, PROVENANCE, 1);
  expect(revisions[0]!.slots.length).toBeGreaterThan(1);
  expect((await store.load(revisions[0]!)).id).toBe(large.id);
  await until(({ lastGood }) => lastGood === large.id);

  expect(await silverback('person', 'rollback', '--reason', 'too large')).toContain('Last good is');
  await until(({ lastGood }) => lastGood === one.id);
  const [entry] = seen.at(-1)!.audit;
  expect(entry).toMatchObject({
    by: 'system:serviceaccount:history:person',
    what: expect.stringContaining('too large'),
  });

  expect(await silverback('kong', 'boot', '--out', at('kong.json'))).toContain('it holds last good');
  const kong = await startKongEmulator({ declarativeConfig: readFileSync(at('kong.json')) });
  expect(kong.hash()).toBe(one.id);
  await kong.stop();
  following.close();
  expect(refusedIn(readAuditLog(plane.auditLog))).toEqual([]);
});

test('whoever may only read cannot decide, and is told which right is missing', async () => {
  const told = await silverback('kong', 'rollout', 'pause');
  expect(told).toMatch(
    /error: Secret history\/silverback-history may not be used: .*cannot patch.*allow get and patch/,
  );
});
