import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EMPTY_RECORD } from '../../../src/history/record.js';
import type { HistoryRecord } from '../../../src/history/record.js';
import { parseStored } from '../../../src/history/record-json.js';
import { fieldsOf, textOf } from '../../../src/kube/object.js';
import { MAIN } from '../../support/troop.js';
import type { ControlPlane } from './control-plane.js';
import type { KubeObject } from './kube-admin.js';
import { passingFolder } from './leash.js';
import type { Scenario } from './scenario.js';

/** As docs/history.md has them, of whoever approves and rolls back. */
const RIGHTS_OF_PEOPLE = ['get', 'patch'];
const RBAC = 'rbac.authorization.k8s.io';

/** Somebody with a kubeconfig: what a command of theirs said, and whether it failed. */
export type Silverback = (...args: readonly string[]) => Promise<{ ok: boolean; text: string }>;

interface Account {
  readonly namespace: string;
  readonly name: string;
}

/** A kubeconfig with a token of a ServiceAccount that is there. */
export async function kubeconfigOf(
  { admin, host, port, ca }: ControlPlane,
  account: Account,
  boundTo: KubeObject,
): Promise<string> {
  const { name, namespace } = account;
  const cluster = {
    server: `https://${host}:${port}`,
    'certificate-authority-data': Buffer.from(ca).toString('base64'),
  };
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'e2e',
    clusters: [{ name: 'e2e', cluster }],
    users: [{ name, user: { token: await admin.token(account, boundTo) } }],
    contexts: [{ name: 'e2e', context: { cluster: 'e2e', user: name, namespace } }],
  });
}

/** Somebody who approves and rolls back, with the rights that the docs name for it. */
export async function somebody(scenario: Scenario): Promise<Silverback> {
  const { plane, namespaces, shipped } = scenario;
  const metadata = { name: 'somebody', namespace: namespaces.controller };
  const rules = [
    {
      apiGroups: [''],
      resources: ['secrets'],
      resourceNames: [recordName(scenario)],
      verbs: RIGHTS_OF_PEOPLE,
    },
  ];
  const roleRef = { apiGroup: RBAC, kind: 'Role', name: metadata.name };
  const subjects = [{ kind: 'ServiceAccount', ...metadata }];
  const apiVersion = `${RBAC}/v1`;
  await plane.admin.apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata });
  await plane.admin.apply({ apiVersion, kind: 'Role', metadata, rules });
  await plane.admin.apply({ apiVersion, kind: 'RoleBinding', metadata, roleRef, subjects });
  return commands(scenario, metadata, shipped.history[0]!);
}

/** The gateways' pods, with the rights that the chart gives them for `silverback boot`. */
export async function gatewayPods(scenario: Scenario): Promise<Silverback> {
  const { plane, shipped } = scenario;
  await plane.admin.apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: shipped.bootAccount });
  const { namespace } = shipped.bootAccount;
  const boundTo = { apiVersion: 'v1', kind: 'Secret', metadata: { namespace, name: 'bound' } };
  return commands(scenario, shipped.bootAccount, await plane.admin.apply(boundTo));
}

async function commands(scenario: Scenario, account: Account, boundTo: KubeObject): Promise<Silverback> {
  const { plane, namespaces } = scenario;
  const bound = await plane.admin.get(boundTo.kind, account.namespace, boundTo.metadata.name);
  const kubeconfig = join(await passingFolder(account.name), 'kubeconfig');
  await writeFile(kubeconfig, await kubeconfigOf(plane, account, bound!));
  const place = [
    '--history-secret',
    recordName(scenario),
    '-n',
    namespaces.controller,
    '--kubeconfig',
    kubeconfig,
  ];
  return (...args) =>
    new Promise((resolve) => {
      execFile(process.execPath, [MAIN, ...args, ...place], (error, stdout, stderr) =>
        resolve({ ok: error === null, text: stdout + stderr }),
      );
    });
}

const recordName = ({ shipped }: Scenario): string => shipped.history[0]!.metadata.name;

/** The record as the API server has it. */
export async function recordOf(scenario: Scenario): Promise<HistoryRecord> {
  const secret = await scenario.plane.admin.get(
    'Secret',
    scenario.namespaces.controller,
    recordName(scenario),
  );
  const encoded = textOf(fieldsOf(secret, 'data'), 'record.json');
  if (encoded === undefined) return EMPTY_RECORD;
  return parseStored(Buffer.from(encoded, 'base64').toString('utf8'), 'the record').record;
}

/** Waits until the record is so. */
export async function untilRecorded(
  scenario: Scenario,
  what: string,
  holds: (record: HistoryRecord) => boolean,
): Promise<HistoryRecord> {
  let record = EMPTY_RECORD;
  await scenario.until(what, async () => {
    record = await recordOf(scenario);
    return holds(record);
  });
  return record;
}
