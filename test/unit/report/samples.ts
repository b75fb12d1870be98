import type { Finding } from '../../../src/config/finding.js';
import { EMPTY_HASH } from '../../../src/config/revision.js';
import type { Happening, ObjectRef, Trouble } from '../../../src/report/happening.js';

export type Kind = Happening['kind'];
export type Of<K extends Kind> = Extract<Happening, { readonly kind: K }>;

export const REVISION = '0123456789abcdef0123456789abcdef';
export const PREVIOUS = 'fedcba9876543210fedcba9876543210';

export const finding: Finding = {
  severity: 'error',
  code: 'unknown-field',
  message: 'services have no field "hots"',
  file: 'kong.yaml',
  line: 3,
  column: 5,
  endLine: 3,
  endColumn: 9,
  path: 'services[0].hots',
  entity: { type: 'services', name: 'orders', id: 'id-of-orders' },
  hint: 'did you mean "host"?',
};
export const hold: Finding = { severity: 'hold', code: 'no-entities', message: 'there is nothing in it' };
export const warning: Finding = { severity: 'warning', code: 'duplicate-key', message: 'a key comes twice' };

const object: ObjectRef = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  namespace: 'kong',
  name: 'routes',
  uid: 'uid-of-routes',
};
const pod: ObjectRef = { ...object, kind: 'Pod', name: 'kong-1', uid: 'uid-of-kong-1' };
const lease: ObjectRef = {
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  namespace: 'kong',
  name: '5b374a9e.konghq.com-kong',
};
export const trouble: Trouble = {
  code: '413',
  reason: 'the configuration is too large (413)',
  advice: 'raise the limit',
};

/** One of each kind, with every optional field; a kind that is added must be added here. */
export const SAMPLES: { readonly [K in Kind]: Of<K> } = {
  started: { kind: 'started', version: '1.2.3', identity: 'pod-1_x', summary: 'kong.yaml -> kong/admin' },
  stopping: { kind: 'stopping', reason: 'received SIGTERM' },
  stopped: { kind: 'stopped' },
  serving: { kind: 'serving', what: 'probes', address: ':10254' },
  'setting-doubtful': { kind: 'setting-doubtful', message: 'CONTROLLER_X names no setting' },
  'credentials-rotated': { kind: 'credentials-rotated' },
  'credentials-unreadable': { kind: 'credentials-unreadable', reason: 'no such file: /token' },
  'serving-certificate-rotated': { kind: 'serving-certificate-rotated' },
  'serving-certificate-unusable': { kind: 'serving-certificate-unusable', reason: 'no such file: /tls.crt' },
  'watch-synced': { kind: 'watch-synced', resource: 'configmaps', items: 3 },
  'watch-restarted': {
    kind: 'watch-restarted',
    resource: 'configmaps',
    reason: 'the server ended it',
    relist: true,
  },
  'watch-failed': {
    kind: 'watch-failed',
    resource: 'configmaps',
    reason: 'forbidden',
    advice: 'allow it to list them',
    delayMs: 1_234.5,
  },
  'watch-recovered': { kind: 'watch-recovered', resource: 'configmaps' },
  'object-unreadable': {
    kind: 'object-unreadable',
    resource: 'secrets',
    name: 'kong/routes',
    reason: 'key a.yaml does not hold base64',
  },
  'leader-elected': { kind: 'leader-elected', identity: 'pod-1_x', term: 7, lease },
  'leader-observed': { kind: 'leader-observed', holder: 'pod-2_y' },
  'leadership-lost': { kind: 'leadership-lost', term: 7, reason: 'pod-2_y holds the lease' },
  'lease-released': { kind: 'lease-released', term: 7 },
  'lease-renewal-failed': { kind: 'lease-renewal-failed', reason: 'conflict', leftMs: 7_890.1 },
  'lease-unreachable': { kind: 'lease-unreachable', reason: 'timed out' },
  'revision-withdrawn': {
    kind: 'revision-withdrawn',
    revision: REVISION,
    why: 'its rollout was aborted',
    by: 'ada',
  },
  'history-trouble': { kind: 'history-trouble', trouble },
  'schemas-pulled': { kind: 'schemas-pulled', gateway: 'kong-1', version: '3.9.3', plugins: ['a', 'b'] },
  'schemas-missing': { kind: 'schemas-missing', gateway: 'kong-1', plugins: ['c'] },
  'schemas-failed': { kind: 'schemas-failed', gateway: 'kong-1', trouble, delayMs: 1_499.9 },
  'event-dropped': { kind: 'event-dropped', reason: 'forbidden' },
  'annotation-failed': {
    kind: 'annotation-failed',
    source: 'ConfigMap kong/routes',
    reason: 'PATCH /x: 403 Forbidden',
  },
  'change-reviewed': {
    kind: 'change-reviewed',
    source: 'ConfigMap kong/routes',
    operation: 'UPDATE',
    allowed: false,
    message: 'it would be invalid:\n- port must be a whole number',
    warnings: [],
    durationMs: 12.3,
  },
  'source-changed': { kind: 'source-changed', source: 'ConfigMap kong/routes', documents: 2 },
  'source-unreadable': { kind: 'source-unreadable', source: '/etc/kong', reason: 'permission denied' },
  'source-vanished': { kind: 'source-vanished', source: 'ConfigMap kong/routes', object },
  'source-quarantined': {
    kind: 'source-quarantined',
    source: 'ConfigMap kong/routes',
    object,
    findings: [finding],
  },
  'sources-synced': { kind: 'sources-synced', sources: 4 },
  'config-compiled': {
    kind: 'config-compiled',
    revision: REVISION,
    counts: { services: 2, routes: 3, plugins: 0 },
    bytes: 1_000,
    durationMs: 12.6,
    findings: [warning],
    sources: [object],
  },
  'config-invalid': {
    kind: 'config-invalid',
    findings: [warning, finding],
    durationMs: 12.6,
    objects: [object],
    kept: PREVIOUS,
  },
  'config-held': {
    kind: 'config-held',
    revision: REVISION,
    reasons: ['there is nothing in it', 'kong.yaml is gone'],
    codes: ['no-entities', 'source-vanished'],
    objects: [object],
    kept: PREVIOUS,
  },
  'compile-failed': { kind: 'compile-failed', reason: 'the validator stopped' },
  'desired-changed': { kind: 'desired-changed', revision: REVISION, previous: PREVIOUS },
  'discovery-changed': { kind: 'discovery-changed', gateways: 3, problems: ['slice a has no port'] },
  'gateway-found': { kind: 'gateway-found', gateway: 'kong-1', url: 'https://10.0.0.7:8444' },
  'gateway-left': { kind: 'gateway-left', gateway: 'kong-1' },
  'gateway-phase': {
    kind: 'gateway-phase',
    gateway: 'kong-1',
    object: pod,
    from: 'pushing',
    to: 'refused',
    revision: REVISION,
    trouble,
  },
  'push-started': {
    kind: 'push-started',
    gateway: 'kong-1',
    revision: REVISION,
    bytes: 1_000,
    lane: 'serving',
  },
  'push-ended': {
    kind: 'push-ended',
    gateway: 'kong-1',
    revision: REVISION,
    result: 'refused',
    bytes: 1_000,
    durationMs: 250.4,
    trouble,
  },
  'push-late': { kind: 'push-late', gateway: 'kong-1', revision: REVISION, afterMs: 9_000.2 },
  'push-skipped': { kind: 'push-skipped', gateway: 'kong-1', revision: REVISION },
  'would-change': {
    kind: 'would-change',
    gateway: 'kong-1',
    revision: REVISION,
    changes: { added: { routes: 1 }, removed: {}, changed: { services: 2, plugins: 3 } },
  },
  'served-unreadable': { kind: 'served-unreadable', gateway: 'kong-1', revision: REVISION, trouble },
  'would-push': { kind: 'would-push', gateway: 'kong-1', revision: REVISION, found: PREVIOUS },
  retry: { kind: 'retry', gateway: 'kong-1', attempt: 2, delayMs: 1_499.9, trouble },
  drift: {
    kind: 'drift',
    gateway: 'kong-1',
    object: pod,
    expected: REVISION,
    found: EMPTY_HASH,
    cause: 'empty',
    repair: true,
  },
  'drift-contested': {
    kind: 'drift-contested',
    gateway: 'kong-1',
    object: pod,
    expected: REVISION,
    times: 3,
  },
  'gateway-resting': { kind: 'gateway-resting', gateway: 'kong-1', revision: REVISION, restMs: 800.2 },
  'canary-chosen': { kind: 'canary-chosen', gateway: 'kong-1', revision: REVISION, kongVersion: '3.9.3' },
  'canary-lost': { kind: 'canary-lost', gateway: 'kong-1', revision: REVISION, trouble },
  'canary-ended': {
    kind: 'canary-ended',
    revision: REVISION,
    result: 'failed',
    durationMs: 2_100.3,
    trouble,
  },
  'rollout-overdue': { kind: 'rollout-overdue', revision: REVISION, waitedMs: 30_000 },
  'rollout-succeeded': { kind: 'rollout-succeeded', revision: REVISION },
  'revision-refused': {
    kind: 'revision-refused',
    gateway: 'kong-1',
    object: pod,
    revision: REVISION,
    canary: true,
    kongVersion: '3.9.3',
    findings: [finding],
  },
  'hash-accepted': { kind: 'hash-accepted', gateway: 'kong-1', revision: REVISION, hash: PREVIOUS },
  'no-gateways': { kind: 'no-gateways' },
  'converged-but': { kind: 'converged-but', revision: REVISION, gateways: 3, behind: ['kong-2'] },
  converged: { kind: 'converged', revision: REVISION, gateways: 3, durationMs: 1_500, cause: 'config' },
};

export const ALL: readonly Happening[] = Object.values(SAMPLES);
