import { createPrivateKey, X509Certificate } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { containerSettings } from '../support/container-settings.js';
import { CHART, helm, only, podOf, render } from './render.js';
import type { Rendered } from './render.js';
import { VALUE_SETS, valueSet } from './value-sets.js';

const SETS = Object.entries(VALUE_SETS);
const MINIMAL = valueSet('the least that is needed');

const settingsOf = (objects: readonly Rendered[]): ReturnType<typeof containerSettings> =>
  containerSettings(podOf(only(objects, 'Deployment')).containers[0]!);

const leaseOf = (objects: readonly Rendered[]): string => {
  const { 'election-id': id, 'election-namespace': namespace } = settingsOf(objects);
  return `${namespace}: ${id}-${namespace}`;
};

const numbers = (count: number): number[] => Array.from({ length: count }, (_, number) => number);

interface HistoryValues {
  readonly history?: { readonly boot?: { readonly serviceAccounts: readonly object[] } };
}

const bootAccounts = ({ history }: HistoryValues): object[] =>
  (history?.boot?.serviceAccounts ?? []).map((account) => ({ kind: 'ServiceAccount', ...account }));

describe.each(SETS)('the chart with %s', (_, values) => {
  const objects = render(values);

  it('passes helm lint', () => {
    expect(helm(['lint', '--strict', CHART], values)).toMatchObject({ ok: true });
  });

  it('starts Silverback with settings that it takes', () => {
    expect(() => settingsOf(objects)).not.toThrow();
  });

  it('runs its pods without privileges', () => {
    for (const object of objects.filter(({ kind }) => kind === 'Deployment' || kind === 'Pod')) {
      const { securityContext, containers } = podOf(object);
      expect(securityContext).toMatchObject({
        runAsNonRoot: true,
        runAsUser: 1000,
        seccompProfile: { type: 'RuntimeDefault' },
      });
      expect(containers.map((container) => container.securityContext)).toEqual([
        { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
      ]);
    }
  });

  it('grants nothing in the whole cluster', () => {
    expect(objects.map(({ kind }) => kind).filter((kind) => kind.startsWith('Cluster'))).toEqual([]);
    const webhooks = 'ValidatingWebhookConfiguration';
    expect(objects.filter(({ kind, metadata }) => !metadata.namespace && kind !== webhooks)).toEqual([]);
  });

  it('binds each Role, in its namespace, to the account of its pods; to boot, to those that may', () => {
    const name = podOf(only(objects, 'Deployment')).serviceAccountName;
    const roles = objects.filter(({ kind }) => kind === 'Role');
    const bindings = objects.filter(({ kind }) => kind === 'RoleBinding');
    expect(bindings.map(({ metadata, roleRef }) => [metadata.namespace, roleRef?.name])).toEqual(
      roles.map(({ metadata }) => [metadata.namespace, metadata.name]),
    );
    for (const { metadata, subjects } of bindings) {
      const boot = metadata.name.endsWith('-boot') ? bootAccounts(values) : undefined;
      expect(subjects).toEqual(boot ?? [{ kind: 'ServiceAccount', name, namespace: 'apps' }]);
    }
  });

  it('allows by name the Lease that Silverback uses, and the Secrets of its history, which it makes without data', () => {
    const { 'leader-elect': elect, 'history-secret': record, 'history-slots': slots } = settingsOf(objects);
    const secrets = objects.filter(({ kind, type }) => kind === 'Secret' && type !== 'kubernetes.io/tls');
    const names = record === undefined ? [] : [record, ...numbers(slots).map((slot) => `${record}-${slot}`)];
    expect(secrets.map(({ metadata }) => metadata.name)).toEqual(names);
    for (const { metadata, ...others } of secrets) {
      expect(metadata).toMatchObject({ annotations: { 'helm.sh/resource-policy': 'keep' } });
      expect(others).toEqual({ apiVersion: 'v1', kind: 'Secret', type: 'Opaque' });
    }
    const allowed = new Set(
      objects.flatMap(({ rules = [], metadata }) =>
        rules.flatMap(({ resourceNames = [] }) =>
          resourceNames.map((name) => `${metadata.namespace}: ${name}`),
        ),
      ),
    );
    const lease = elect === 'on' ? [leaseOf(objects)] : [];
    expect([...allowed].sort()).toEqual([...lease, ...names.map((name) => `apps: ${name}`)].sort());
  });

  it('gives a pod longer to stop than pushes may take to end', () => {
    const { terminationGracePeriodSeconds } = podOf(only(objects, 'Deployment'));
    expect(terminationGracePeriodSeconds * 1000).toBeGreaterThan(settingsOf(objects)['shutdown-grace']);
  });

  it('mounts every volume, and selects nothing but the pods of its Deployment', () => {
    const deployment = only(objects, 'Deployment');
    const { containers, volumes = [] } = podOf(deployment);
    expect((containers[0]?.volumeMounts ?? []).map(({ name }) => name)).toEqual(
      volumes.map(({ name }) => name),
    );
    const { matchLabels } = deployment.spec['selector'] as { matchLabels: Record<string, string> };
    const template = deployment.spec['template'] as { metadata: { labels: Record<string, string> } };
    expect(template.metadata.labels).toMatchObject(matchLabels);
    for (const { spec } of objects.filter(({ kind }) => kind === 'Service'))
      expect(spec['selector']).toEqual(matchLabels);
    expect(only(objects, 'PodDisruptionBudget').spec['selector']).toEqual({ matchLabels });
    expect(only(objects, 'NetworkPolicy').spec['podSelector']).toEqual({ matchLabels });
    expect(only(objects, 'Pod').metadata.labels).not.toMatchObject(matchLabels);
  });
});

describe('the rights', () => {
  const rightsOf = (values: object): Record<string, string[]> =>
    Object.fromEntries(
      render(values)
        .filter(({ kind }) => kind === 'Role')
        .map(({ metadata, rules = [] }) => [
          `${metadata.namespace}/${metadata.name}`,
          rules.map(
            ({ resources, verbs, resourceNames = [] }) =>
              `${resources.join()}${resourceNames.length > 0 ? ' by name' : ''}: ${verbs.join()}`,
          ),
        ]),
    );
  const lease = ['leases: create', 'leases by name: get,list,watch,update'];
  const slices = 'endpointslices: list,watch';
  const events = 'events: create,patch';
  const history = {
    'apps/silverback-history': ['secrets by name: get,list,watch,patch', 'secrets by name: get,patch'],
  };

  it('lie in the namespaces of the Lease and the history, the configuration and the gateways', () => {
    expect(rightsOf(MINIMAL)).toEqual({
      ...history,
      'apps/silverback': [...lease, 'configmaps,secrets: list,watch', events],
      'kong/apps.silverback': [slices, events],
    });
  });

  it('include patching the sources where they are annotated, and only there', () => {
    expect(rightsOf(valueSet('a webhook with a certificate of its own'))).toMatchObject({
      'apps/silverback': [...lease, events],
      'shop/apps.silverback': ['configmaps,secrets: list,watch,patch', events],
    });
  });

  it('follow these wherever they are, and leave out Secrets that are not read', () => {
    expect(rightsOf(valueSet('several namespaces'))).toEqual({
      ...history,
      'accounts/apps.silverback': ['configmaps: list,watch', events],
      'kong/apps.silverback': ['configmaps: list,watch', slices, events],
      'leases/apps.silverback': [...lease, events],
      'shop/apps.silverback': ['configmaps: list,watch', events],
    });
  });

  it('are one Role where all is in one namespace, and one for the history', () => {
    expect(rightsOf(valueSet('the same namespace for everything'))).toEqual({
      ...history,
      'apps/silverback': [...lease, 'configmaps,secrets: list,watch', slices, events],
    });
  });

  it('are none where Kubernetes is not used', () => {
    expect(rightsOf(valueSet('files alone, and no Kubernetes'))).toEqual({});
  });

  it("let the gateways' pods read the history, where that is wanted, and nothing else", () => {
    const roles = rightsOf(valueSet('everything on'));
    expect(roles['apps/edge-silverback-history-boot']).toEqual(['secrets by name: get']);
    expect(Object.keys(rightsOf(MINIMAL)).filter((name) => name.endsWith('-boot'))).toEqual([]);
  });
});

describe('the admission webhook', () => {
  const objects = render(valueSet('a webhook with a certificate of its own'));
  const { webhooks } = only(objects, 'ValidatingWebhookConfiguration') as unknown as {
    webhooks: { clientConfig: { caBundle: string; service: object } }[];
  };

  it('is off unless it is wanted', () => {
    const kinds = render(MINIMAL).map(({ kind }) => kind);
    expect(kinds).not.toContain('ValidatingWebhookConfiguration');
  });

  it('is asked about labelled ConfigMaps and Secrets of those namespaces, and in the way of nobody', () => {
    expect(webhooks).toMatchObject([
      {
        failurePolicy: 'Ignore',
        sideEffects: 'None',
        timeoutSeconds: 10,
        objectSelector: {
          matchLabels: { 'silverback.dev/config': 'true' },
          matchExpressions: [{ key: 'tier', operator: 'Exists' }],
        },
        namespaceSelector: {
          matchExpressions: [
            { key: 'kubernetes.io/metadata.name', operator: 'In', values: ['shop', 'kong'] },
          ],
        },
        rules: [{ operations: ['CREATE', 'UPDATE', 'DELETE'], resources: ['configmaps', 'secrets'] }],
        clientConfig: {
          service: { name: 'silverback-admission', namespace: 'apps', port: 443, path: '/validate' },
        },
      },
    ]);
  });

  it('shows a certificate for its Service, of the CA that the API server is told', () => {
    const secret = objects.find(({ type }) => type === 'kubernetes.io/tls') as unknown as {
      data: Record<string, string>;
    };
    const pem = (name: string): Buffer => Buffer.from(secret.data[name]!, 'base64');
    const certificate = new X509Certificate(pem('tls.crt'));
    expect(certificate.checkHost('silverback-admission.apps.svc')).toBeDefined();
    const authority = new X509Certificate(Buffer.from(webhooks[0]!.clientConfig.caBundle, 'base64'));
    expect(certificate.verify(authority.publicKey)).toBe(true);
    expect(certificate.checkPrivateKey(createPrivateKey(pem('tls.key')))).toBe(true);
  });

  it('leaves the CA to cert-manager where that is wanted', () => {
    const [webhook] = render(valueSet('everything on')).filter(
      ({ kind }) => kind === 'ValidatingWebhookConfiguration',
    );
    expect(webhook?.metadata).toMatchObject({
      annotations: { 'cert-manager.io/inject-ca-from': 'apps/admission' },
    });
    expect(JSON.stringify(webhook)).not.toContain('caBundle');
  });
});

describe('two releases', () => {
  const elsewhere = { ...MINIMAL, election: { namespace: 'leases' } };

  it.each<[string, Rendered[], Rendered[]]>([
    ['of one namespace', render(MINIMAL, 'north'), render(MINIMAL, 'south')],
    ['of one name', render(MINIMAL, 'kong', 'north'), render(MINIMAL, 'kong', 'south')],
    [
      'that elect in a third namespace',
      render(elsewhere, 'kong', 'north'),
      render(elsewhere, 'kong', 'south'),
    ],
    ['with confusable names', render(elsewhere, 'b-c', 'a'), render(elsewhere, 'c', 'a-b')],
  ])('%s share neither a Lease nor any object', (_, one, other) => {
    const names = [...one, ...other].map(
      ({ kind, metadata }) => `${kind} ${metadata.namespace}/${metadata.name}`,
    );
    expect(names).toHaveLength(new Set(names).size);
    expect(leaseOf(one)).not.toBe(leaseOf(other));
  });
});

describe('the chart refuses', () => {
  it.each<[string, object, RegExp]>([
    ['a missing Service', {}, /gateways\.service is needed: .* namespace\/name/],
    ['a Service without its namespace', { gateways: { service: 'kong-admin' } }, /gateways\/service/],
    [
      'both ways to find gateways',
      { gateways: { service: 'a/b', urls: ['http://c'] } },
      /exclude each other/,
    ],
    ['credentials in a URL', { gateways: { urls: ['http://user:secret@kong:8001'] } }, /gateways\/urls/],
    ['a misspelt value', { ...MINIMAL, replica: 3 }, /'replica' not allowed/],
    [
      'a misspelt value further down',
      { ...MINIMAL, config: { selectors: 'a=b' } },
      /'selectors' not allowed/,
    ],
    [
      'a setting that there is not',
      { ...MINIMAL, settings: { 'resync-intervall': '1m' } },
      /settings.*'resync-intervall' not allowed/,
    ],
    [
      'a setting with a value of its own',
      { ...MINIMAL, settings: { 'election-id': 'x' } },
      /settings.*'election-id' not allowed/,
    ],
    [
      'a history in two places',
      { ...MINIMAL, settings: { 'data-dir': '/history' } },
      /history\.enabled and settings\.data-dir exclude each other/,
    ],
    [
      'an account without its namespace',
      { ...MINIMAL, history: { boot: { serviceAccounts: [{ name: 'kong' }] } } },
      /history\/boot\/serviceAccounts/,
    ],
    [
      'a secret among the settings',
      { ...MINIMAL, settings: { 'kong-admin-token': 'x' } },
      /settings.*'kong-admin-token' not allowed/,
    ],
    ['an unknown kind of source', { ...MINIMAL, config: { kinds: ['pods'] } }, /config\/kinds/],
    [
      'a webhook whose certificate nobody can check',
      { ...MINIMAL, admissionWebhook: { enabled: true, certificate: { secretName: 'x' } } },
      /needs caBundle or certManager/,
    ],
    [
      'a webhook whose selector it cannot translate',
      { ...MINIMAL, config: { selector: 'a in (b,c)' }, admissionWebhook: { enabled: true } },
      /objectSelector is needed/,
    ],
    ['no source at all', { ...MINIMAL, config: { selector: '' } }, /nothing to push/],
    ['replicas that do not elect', { ...MINIMAL, election: { enabled: false } }, /replicas must be 1/],
  ])('%s', (_, values, words) => {
    const { ok, text } = helm(['template', 'silverback', CHART], values);
    expect(ok).toBe(false);
    expect(text).toMatch(words);
  });
});
