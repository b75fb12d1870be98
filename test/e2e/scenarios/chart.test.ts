import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { CHART, helm, render } from '../../chart/render.js';
import { VALUE_SETS, valueSet } from '../../chart/value-sets.js';
import { startControlPlane } from '../support/control-plane.js';
import type { ControlPlane } from '../support/control-plane.js';
import type { KubeObject } from '../support/kube-admin.js';
import { passingFolder } from '../support/leash.js';

const MANIFEST = join(import.meta.dirname, '../../../deploy/silverback.yaml');

let plane: ControlPlane;
beforeAll(async () => {
  plane = await startControlPlane();
  // Nobody makes it here but us, and no pod can be made without it.
  for (const namespace of ['apps', 'silverback']) await haveNamespace(namespace);
  await havePrometheusKinds();
});
afterAll(() => plane.close());

async function haveNamespace(name: string): Promise<void> {
  await plane.admin.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  await plane.admin.apply({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'default', namespace: name },
  });
}

/** The Prometheus operator's kinds, without its schemas: whether their fields are right is not seen here. */
async function havePrometheusKinds(): Promise<void> {
  const group = 'monitoring.coreos.com';
  for (const kind of ['PodMonitor', 'PrometheusRule']) {
    const plural = `${kind.toLowerCase()}s`;
    const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
    await plane.admin.apply({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `${plural}.${group}` },
      spec: {
        group,
        scope: 'Namespaced',
        names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` },
        versions: [{ name: 'v1', served: true, storage: true, schema }],
      },
    });
  }
}

/** Makes objects as they are written: a field that Kubernetes does not know is an error. */
async function applyAll(objects: readonly KubeObject[]): Promise<void> {
  const namespaces = new Set(objects.flatMap(({ metadata }) => metadata.namespace ?? []));
  for (const namespace of namespaces) await haveNamespace(namespace);
  for (const object of objects) {
    // As its annotation tells Helm: it cannot be changed.
    if (object.kind === 'Pod')
      await plane.admin.remove('Pod', object.metadata.namespace ?? '', object.metadata.name);
    const applied = await plane.admin.apply(object);
    expect([applied.kind, applied.metadata.name]).toEqual([object.kind, object.metadata.name]);
  }
}

describe('the API server takes, and checks strictly,', () => {
  test.each(Object.entries(VALUE_SETS))('the chart with %s', async (_, values) => {
    await applyAll(render(values));
  });

  test('the plain manifest', async () => {
    const documents = parseAllDocuments(readFileSync(MANIFEST, 'utf8'));
    await applyAll(documents.map((document) => document.toJS() as KubeObject));
  });

  test('no object with a field that there is not', async () => {
    const [role] = render(valueSet('mTLS')).filter(({ kind }) => kind === 'Role');
    await expect(plane.admin.apply({ ...role!, rulez: [] })).rejects.toThrow(/rulez/);
  });
});

describe('a release', () => {
  const KINDS = ['Deployment', 'Service', 'Role', 'RoleBinding', 'NetworkPolicy', 'ServiceAccount'];
  const WRITTEN = { 'record.json': Buffer.from('what the controller wrote').toString('base64') };

  const made = async (kinds = KINDS): Promise<string[]> => {
    const objects: string[] = [];
    for (const kind of kinds)
      for (const namespace of ['helm', 'kong'])
        for (const { metadata } of await plane.admin.list(kind, namespace))
          if (metadata.name.includes('troop-silverback'))
            objects.push(`${kind} ${namespace}/${metadata.name}`);
    return objects;
  };
  const dataOf = async (name: string): Promise<unknown> =>
    (await plane.admin.get('Secret', 'helm', name))?.['data'];
  let run: (...args: string[]) => { ok: boolean; text: string };

  beforeAll(async () => {
    const cluster = await helmAccess();
    for (const namespace of ['helm', 'kong']) await haveNamespace(namespace);
    run = (...args) => helm([...args, '--namespace=helm', ...cluster], withValues(args));
  });
  const withValues = ([verb]: string[]): object | undefined =>
    verb === 'install' || verb === 'upgrade' ? valueSet('mTLS') : undefined;

  test('is installed, upgraded and removed by helm, and leaves nothing behind but its history', async () => {
    expect(run('install', 'troop', CHART)).toMatchObject({
      ok: true,
      text: expect.stringContaining('kubectl --namespace helm create configmap'),
    });
    const installed = await made();
    expect(installed).toContain('Role kong/helm.troop-silverback');
    expect(installed).toContain('Deployment helm/troop-silverback');
    expect(run('upgrade', 'troop', CHART, '--set', 'observe=true,replicas=3')).toMatchObject({ ok: true });
    expect(await plane.admin.get('Deployment', 'helm', 'troop-silverback')).toMatchObject({
      spec: { replicas: 3 },
    });
    expect(await made()).toEqual(installed);
    expect(run('uninstall', 'troop')).toMatchObject({ ok: true });
    expect(await made()).toEqual([]);
    expect(await made(['Secret'])).toHaveLength(9);
  });

  test('finds its history again, which no upgrade, change of slots or removal empties', async () => {
    const [record, slot] = ['troop-silverback-history', 'troop-silverback-history-7'];
    // As the first test left it, by the release of old.
    expect(run('install', 'troop', CHART)).toMatchObject({ ok: true });
    for (const name of [record, slot]) await plane.admin.patch('Secret', 'helm', name, { data: WRITTEN });
    const kept = async (): Promise<void> => {
      expect(await dataOf(record)).toEqual(WRITTEN);
      expect(await dataOf(slot)).toEqual(WRITTEN);
    };

    for (const changes of [
      'history.slots=9,podLabels.a=b',
      'history.slots=4',
      'history.enabled=false',
      'history.slots=8',
    ]) {
      expect(run('upgrade', 'troop', CHART, '--set', changes)).toMatchObject({ ok: true });
      await kept();
    }
    expect(run('rollback', 'troop', '1')).toMatchObject({ ok: true });
    await kept();
    expect(run('uninstall', 'troop')).toMatchObject({ ok: true });
    await kept();
    expect(run('install', 'troop', CHART)).toMatchObject({ ok: true });
    await kept();
    expect(run('uninstall', 'troop')).toMatchObject({ ok: true });
  });

  test('takes over Secrets that somebody made by hand, where it is told to', async () => {
    for (const metadata of ['', ...Array(8).keys()].map((slot) => ({
      name: `hand-silverback-history${slot === '' ? '' : `-${slot}`}`,
      namespace: 'helm',
    })))
      await plane.admin.apply({ apiVersion: 'v1', kind: 'Secret', metadata, data: WRITTEN });
    expect(run('install', 'hand', CHART)).toMatchObject({
      ok: false,
      text: expect.stringContaining('cannot be imported into the current release'),
    });
    expect(run('install', 'hand', CHART, '--take-ownership')).toMatchObject({ ok: true });
    expect(await dataOf('hand-silverback-history')).toEqual(WRITTEN);
    expect(run('uninstall', 'hand')).toMatchObject({ ok: true });
    expect(await dataOf('hand-silverback-history')).toEqual(WRITTEN);
  });
});

/** Lets Helm in as an administrator. */
async function helmAccess(): Promise<string[]> {
  const account = { namespace: 'apps', name: 'helm' };
  await plane.admin.apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: account });
  await plane.admin.apply({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: 'helm' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [{ kind: 'ServiceAccount', ...account }],
  });
  const boundTo = await plane.admin.apply({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { namespace: 'apps', name: 'helm-token' },
  });
  const ca = join(await passingFolder('helm'), 'ca.crt');
  await writeFile(ca, plane.ca);
  return [
    `--kube-apiserver=https://${plane.host}:${plane.port}`,
    `--kube-ca-file=${ca}`,
    `--kube-token=${await plane.admin.token(account, boundTo)}`,
  ];
}
