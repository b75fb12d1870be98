import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

const example = new URL('../../examples/silverback-values.yaml', import.meta.url);

/** Values that the chart must render well, by what they stand for. */
export const VALUE_SETS: Readonly<Record<string, object>> = {
  "the example that goes with Kong's chart": parse(readFileSync(example, 'utf8')) as object,
  'the least that is needed': { gateways: { service: 'kong/kong-admin' } },
  mTLS: {
    gateways: { service: 'kong/kong-admin' },
    adminApi: {
      tls: { secretName: 'admin-tls', caKey: 'ca.pem', serverName: 'admin.kong' },
      token: { secretName: 'admin-token' },
    },
  },
  'a certificate without one of ours': {
    gateways: { service: 'kong/kong-admin' },
    adminApi: { tls: { secretName: 'admin-ca', certKey: '', keyKey: '' } },
  },
  'several namespaces': {
    gateways: { service: 'kong/kong-admin' },
    config: { namespaces: ['shop', 'accounts', 'kong'], kinds: ['configmaps'] },
    election: { namespace: 'leases' },
  },
  'the same namespace for everything': { gateways: { service: 'apps/kong-admin' } },
  'a webhook with a certificate of its own': {
    gateways: { service: 'kong/kong-admin' },
    config: { selector: 'silverback.dev/config=true,tier', namespaces: ['shop', 'kong'], annotate: true },
    admissionWebhook: { enabled: true },
  },
  'only observing': { gateways: { service: 'kong/kong-admin' }, observe: true, logFormat: 'text' },
  'files alone, and no Kubernetes': {
    gateways: { urls: ['http://10.0.0.7:8001', 'https://kong-2.example', 'http://10.0.0.8:8001/'] },
    config: { selector: '', dirs: ['/config'] },
    election: { enabled: false },
    replicas: 1,
    serviceAccount: { create: false, automount: false },
    history: { enabled: false },
    extraVolumes: [{ name: 'config', configMap: { name: 'kong' } }],
    extraVolumeMounts: [{ name: 'config', mountPath: '/config', readOnly: true }],
  },
  'everything on': {
    gateways: { service: 'kong/kong-admin', portNames: ['admin-tls', 'api'] },
    adminApi: { tls: { skipVerify: true }, token: { secretName: 'admin-token', key: 'value' } },
    config: {
      selector: 'app=kong,tier in (edge, core)',
      namespaces: ['shop'],
      kinds: ['secrets'],
      files: ['/base/kong.yaml'],
      dirs: ['/config'],
      annotate: true,
    },
    admissionWebhook: {
      enabled: true,
      failurePolicy: 'Fail',
      timeoutSeconds: 5,
      objectSelector: { matchLabels: { app: 'kong' } },
      certificate: { secretName: 'admission-tls', certManager: 'apps/admission' },
    },
    election: { id: 'edge.example', namespace: 'leases' },
    history: {
      slots: 12,
      revisions: 3,
      boot: {
        serviceAccounts: [
          { name: 'kong', namespace: 'kong' },
          { name: 'edge', namespace: 'shop' },
        ],
      },
    },
    logLevel: 'debug',
    shutdownGraceSeconds: 45,
    settings: {
      'resync-interval': '1m',
      'kong-admin-concurrency': 4,
      'proxy-timeout-seconds': 90,
      deck: true,
      'kong-admin-retries': 5,
    },
    extraArgs: ['--lease-duration=30s', '--debounce=250ms'],
    extraEnv: [
      { name: 'DECK_STAGE', value: 'live' },
      {
        name: 'CONTROLLER_KONG_ADMIN_HEADER',
        valueFrom: { secretKeyRef: { name: 'admin-header', key: 'header' } },
      },
    ],
    extraVolumes: [
      { name: 'base', emptyDir: {} },
      { name: 'config', configMap: { name: 'kong' } },
    ],
    extraVolumeMounts: [
      { name: 'base', mountPath: '/base' },
      { name: 'config', mountPath: '/config' },
    ],
    replicas: 3,
    image: {
      repository: 'registry.example/silverback',
      digest: `sha256:${'0'.repeat(64)}`,
      pullPolicy: 'Always',
    },
    imagePullSecrets: [{ name: 'registry' }],
    fullnameOverride: 'edge-silverback',
    serviceAccount: { name: 'edge', annotations: { 'example.com/owner': 'edge' } },
    ports: { probes: 8080, metrics: 9090, diagnostics: 9091, admission: 8443 },
    diagnostics: { token: { secretName: 'diagnostics-token', key: 'value' } },
    podLabels: { team: 'edge' },
    podAnnotations: { 'prometheus.io/scrape': 'true' },
    priorityClassName: 'system-cluster-critical',
    nodeSelector: { 'kubernetes.io/os': 'linux' },
    tolerations: [{ key: 'edge', operator: 'Exists', effect: 'NoSchedule' }],
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchExpressions: [{ key: 'edge', operator: 'Exists' }] }],
        },
      },
    },
    topologySpreadConstraints: [
      {
        maxSkew: 2,
        topologyKey: 'rack',
        whenUnsatisfiable: 'DoNotSchedule',
        labelSelector: { matchLabels: { team: 'edge' } },
      },
    ],
    podDisruptionBudget: { maxUnavailable: '50%' },
    networkPolicy: {
      apiServer: { cidrs: ['10.96.0.1/32', 'fd00::1/128'], ports: [6443] },
      gateways: { ports: [8444], podLabels: { 'app.kubernetes.io/name': 'kong' } },
      metricsFrom: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } }],
      diagnosticsFrom: [{ podSelector: { matchLabels: { app: 'ingress' } } }],
      extraEgress: [{ to: [{ ipBlock: { cidr: '10.1.0.0/16' } }], ports: [{ port: 443 }] }],
    },
    podMonitor: { enabled: true, interval: '15s', labels: { release: 'prometheus' } },
    prometheusRule: { enabled: true, labels: { release: 'prometheus' } },
  },
};

/** One of them. */
export function valueSet(name: string): object {
  const values = VALUE_SETS[name];
  if (values === undefined) throw new Error(`there is no value set "${name}"`);
  return values;
}
