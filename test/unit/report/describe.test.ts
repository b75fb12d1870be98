import { describe as suite, expect, it } from '@jest/globals';
import { EMPTY_HASH } from '../../../src/config/revision.js';
import { describe } from '../../../src/report/describe.js';
import { findingLine } from '../../../src/report/line.js';
import type { Happening } from '../../../src/report/happening.js';
import type { Level, Line } from '../../../src/report/line.js';
import { ALL, finding, hold, PREVIOUS, REVISION, SAMPLES, trouble, warning } from './samples.js';
import type { Kind } from './samples.js';

const EXPECTED: { readonly [K in Kind]: readonly [Level, string] } = {
  started: ['info', 'silverback 1.2.3 started: kong.yaml -> kong/admin'],
  stopping: ['info', 'stopping: received SIGTERM'],
  stopped: ['info', 'stopped'],
  serving: ['info', 'probes on :10254'],
  'setting-doubtful': ['warn', 'CONTROLLER_X names no setting'],
  'credentials-rotated': ['info', 'Admin API credentials changed: new connections use them'],
  'credentials-unreadable': [
    'error',
    'Admin API credentials cannot be read, the ones read before stay in use: no such file: /token',
  ],
  'serving-certificate-rotated': [
    'info',
    'the certificate of the admission webhook changed: new connections get it',
  ],
  'serving-certificate-unusable': [
    'error',
    'the certificate of the admission webhook stays the one read before: no such file: /tls.crt',
  ],
  'annotation-failed': [
    'warn',
    'ConfigMap kong/routes could not be annotated with its state: PATCH /x: 403 Forbidden',
  ],
  'change-reviewed': [
    'warn',
    'UPDATE of ConfigMap kong/routes was refused: it would be invalid: - port must be a whole number',
  ],
  'watch-synced': ['info', 'watching configmaps: 3 found'],
  'watch-restarted': ['debug', 'watch of configmaps restarted with a new list: the server ended it'],
  'watch-failed': ['warn', 'watch of configmaps failed, next try in 1.2 s: forbidden; allow it to list them'],
  'watch-recovered': ['info', 'watch of configmaps works again'],
  'object-unreadable': ['error', 'secrets kong/routes cannot be used: key a.yaml does not hold base64'],
  'leader-elected': ['info', 'this replica leads now, term 7'],
  'leader-observed': ['info', 'pod-2_y leads; this replica follows'],
  'leadership-lost': [
    'warn',
    'this replica leads no longer: pod-2_y holds the lease; pushes in flight were cut off',
  ],
  'lease-released': ['info', 'the lease is released'],
  'lease-renewal-failed': ['warn', 'renewing the lease failed, 7.9 s are left: conflict'],
  'lease-unreachable': ['warn', 'the lease cannot be read: timed out'],
  'schemas-pulled': [
    'info',
    'gateway kong-1 gave the schemas of a, b (Kong 3.9.3): their config is checked from now on',
  ],
  'schemas-missing': [
    'warn',
    'gateway kong-1 has no usable schema of c: their config stays unchecked; is the plugin installed and enabled there?',
  ],
  'schemas-failed': [
    'warn',
    'gateway kong-1 gave no schemas, next try in 1.5 s: the configuration is too large (413); raise the limit; pushes go on without',
  ],
  'event-dropped': ['debug', 'a Kubernetes Event could not be written: forbidden'],
  'source-changed': ['info', 'source ConfigMap kong/routes has changed and holds 2 documents'],
  'source-unreadable': [
    'error',
    'source /etc/kong cannot be read, nothing changes until it can: permission denied',
  ],
  'source-vanished': ['warn', 'source ConfigMap kong/routes does not exist or holds no configuration'],
  'source-quarantined': [
    'error',
    'ConfigMap kong/routes is kept out with its change, the others go on: kong.yaml:3:5: services have no field "hots" [unknown-field] (did you mean "host"?)',
  ],
  'revision-withdrawn': [
    'warn',
    'revision 01234567 is what the sources say, and is not pushed: its rollout was aborted (ada)',
  ],
  'history-trouble': [
    'error',
    'the history of revisions cannot be used: the configuration is too large (413); raise the limit',
  ],
  'sources-synced': ['info', 'all sources have been read: 4'],
  'config-compiled': [
    'info',
    'configuration 01234567 is valid: 2 services, 3 routes; but a key comes twice [duplicate-key]',
  ],
  'config-invalid': [
    'error',
    'the configuration is invalid, fedcba98 stays desired: kong.yaml:3:5: services have no field "hots" [unknown-field] (did you mean "host"?) (and 1 more)',
  ],
  'config-held': [
    'warn',
    'the configuration is held, fedcba98 stays desired: there is nothing in it (and 1 more)',
  ],
  'compile-failed': [
    'error',
    'the configuration could not be validated, what was valid before stays: the validator stopped',
  ],
  'desired-changed': ['info', 'desired revision is 01234567, was fedcba98'],
  'discovery-changed': ['warn', '3 gateways discovered; slice a has no port'],
  'gateway-found': ['info', 'gateway kong-1 found at https://10.0.0.7:8444'],
  'gateway-left': ['info', 'gateway kong-1 left'],
  'gateway-phase': [
    'error',
    'gateway kong-1 is refused: the configuration is too large (413); raise the limit',
  ],
  'push-started': ['debug', 'pushing 01234567 to kong-1'],
  'push-ended': [
    'warn',
    'push of 01234567 to kong-1: refused: the configuration is too large (413); raise the limit',
  ],
  'push-late': [
    'warn',
    'push of 01234567 to kong-1 takes far longer than others: it goes on beside the bound',
  ],
  'push-skipped': ['info', 'gateway kong-1 is on 01234567 already: nothing to push'],
  'would-change': ['info', 'observe: the push to kong-1 adds 1 routes; changes 2 services, 3 plugins'],
  'served-unreadable': [
    'warn',
    'observe: what kong-1 serves is not known: the configuration is too large (413); raise the limit',
  ],
  'would-push': ['info', 'observe: would push 01234567 to kong-1, which serves fedcba98'],
  retry: [
    'debug',
    'gateway kong-1 failed 2 times, next try in 1.5 s: the configuration is too large (413); raise the limit',
  ],
  'drift-contested': [
    'error',
    'gateway kong-1 was changed 3 times by somebody else: who else writes to its Admin API? It is put back to 01234567, but ever more slowly',
  ],
  'gateway-resting': ['debug', 'gateway kong-1 rests for 0.8 s before its next load'],
  'canary-chosen': ['info', 'gateway kong-1 (Kong 3.9.3) is the canary of 01234567'],
  'canary-lost': [
    'warn',
    'gateway kong-1 was lost as the canary of 01234567: the configuration is too large (413); raise the limit',
  ],
  'canary-ended': [
    'error',
    '01234567 is withdrawn, its canary is put back to what worked: the configuration is too large (413); raise the limit',
  ],
  'rollout-overdue': [
    'info',
    'newer revisions keep coming, and gateways have waited for 30.0 s: they get 01234567, which is proven',
  ],
  'rollout-succeeded': ['info', 'the rollout of 01234567 succeeded'],
  drift: ['warn', 'gateway kong-1 was on 01234567 and now serves nothing: it has restarted or was emptied'],
  'revision-refused': [
    'error',
    'gateway kong-1 (Kong 3.9.3) rejected 01234567, the other gateways are untouched: kong.yaml:3:5: services have no field "hots" [unknown-field] (did you mean "host"?)',
  ],
  'hash-accepted': ['warn', 'gateway kong-1 shows fedcba98 for 01234567: believed after two pushes'],
  'no-gateways': [
    'warn',
    'no gateways: nothing is pushed until one appears; does --kong-admin-svc name the right Service?',
  ],
  'converged-but': ['warn', '2 of 3 gateways serve 01234567; not: kong-2'],
  converged: ['info', 'all 3 gateways serve 01234567'],
};

/** Every text inside a value, by where it is: `trouble.reason`, `findings[].message`. */
function textsIn(value: unknown, path = ''): string[] {
  if (typeof value === 'string') return [path];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]: [string, unknown]) =>
    textsIn(inner, Array.isArray(value) ? `${path}[]` : path === '' ? name : `${path}.${name}`),
  );
}

/** The value with every text at that place replaced. */
function planted<T>(value: T, where: string, text: string, path = ''): T {
  if (typeof value === 'string') return (path === where ? text : value) as T;
  if (Array.isArray(value)) {
    return value.map((inner: unknown) => planted(inner, where, text, `${path}[]`)) as T;
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]: [string, unknown]) => [
      name,
      planted(inner, where, text, path === '' ? name : `${path}.${name}`),
    ]),
  ) as T;
}

/** Each sample with a text planted in each of its places that may hold any text. */
function plantings(text: string): { readonly place: string; readonly line: Line }[] {
  const structural = new Set(['kind', 'findings[].severity']);
  return ALL.flatMap((happening) =>
    [...new Set(textsIn(happening))]
      .filter((where) => !structural.has(where))
      .map((where) => ({
        place: `${happening.kind} ${where}`,
        line: describe(planted<Happening>(happening, where, text)),
      })),
  );
}

suite('a happening in words', () => {
  it.each(Object.entries(EXPECTED))('%s', (kind, [level, message]) => {
    expect(describe(SAMPLES[kind as Kind])).toMatchObject({ level, message });
  });

  it('has fields for machines: no undefined ones, and none that the log line has itself', () => {
    for (const happening of ALL) {
      const { fields } = describe(happening);
      expect(Object.values(fields)).not.toContain(undefined);
      for (const reserved of ['level', 'time', 'msg', 'event', 'pid', 'hostname', 'v']) {
        expect(fields).not.toHaveProperty(reserved);
      }
    }
  });

  it('names gateway and revision in fields of their own, the revision short', () => {
    for (const happening of ALL) {
      const { fields } = describe(happening);
      if ('gateway' in happening) expect(fields).toMatchObject({ gateway: 'kong-1' });
      if ('revision' in happening) expect(fields).toMatchObject({ revision: '01234567' });
      expect(JSON.stringify(fields)).not.toContain(REVISION);
    }
  });

  it('rounds times to the millisecond', () => {
    expect(describe(SAMPLES['push-ended']).fields).toMatchObject({ durationMs: 250 });
    expect(describe(SAMPLES['lease-renewal-failed']).fields).toMatchObject({ leftMs: 7890 });
  });
});

suite('what a line shows', () => {
  it('is what is meant to be shown, and no other text of the happening', () => {
    const MARK = 'pl4nted-s3cr3t';
    const shows = plantings(MARK).map(({ place, line }) => [
      place,
      JSON.stringify(line).includes(MARK.slice(0, 8)),
    ]);
    const hidden = shows.filter(([, shown]) => shown === false).map(([place]) => place);
    expect(hidden).toEqual([
      'leader-elected lease.apiVersion',
      'leader-elected lease.kind',
      'source-vanished object.apiVersion',
      'source-vanished object.kind',
      'source-vanished object.namespace',
      'source-vanished object.name',
      'source-vanished object.uid',
      'source-quarantined object.apiVersion',
      'source-quarantined object.kind',
      'source-quarantined object.namespace',
      'source-quarantined object.name',
      'source-quarantined object.uid',
      'source-quarantined findings[].path',
      'source-quarantined findings[].entity.type',
      'source-quarantined findings[].entity.name',
      'source-quarantined findings[].entity.id',
      'config-compiled sources[].apiVersion',
      'config-compiled sources[].kind',
      'config-compiled sources[].namespace',
      'config-compiled sources[].name',
      'config-compiled sources[].uid',
      'config-invalid findings[].path',
      'config-invalid findings[].entity.type',
      'config-invalid findings[].entity.name',
      'config-invalid findings[].entity.id',
      'config-invalid objects[].apiVersion',
      'config-invalid objects[].kind',
      'config-invalid objects[].namespace',
      'config-invalid objects[].name',
      'config-invalid objects[].uid',
      'config-held objects[].apiVersion',
      'config-held objects[].kind',
      'config-held objects[].namespace',
      'config-held objects[].name',
      'config-held objects[].uid',
      'gateway-phase object.apiVersion',
      'gateway-phase object.kind',
      'gateway-phase object.namespace',
      'gateway-phase object.name',
      'gateway-phase object.uid',
      'drift object.apiVersion',
      'drift object.kind',
      'drift object.namespace',
      'drift object.name',
      'drift object.uid',
      'drift-contested object.apiVersion',
      'drift-contested object.kind',
      'drift-contested object.namespace',
      'drift-contested object.name',
      'drift-contested object.uid',
      'revision-refused object.apiVersion',
      'revision-refused object.kind',
      'revision-refused object.namespace',
      'revision-refused object.name',
      'revision-refused object.uid',
      'revision-refused findings[].path',
      'revision-refused findings[].entity.type',
      'revision-refused findings[].entity.name',
      'revision-refused findings[].entity.id',
      'converged cause',
    ]);
  });

  it('is one printable line, whatever the texts are', () => {
    for (const { place, line } of plantings('a\nFAKE\u001b[2J\u202e\u0000b')) {
      const texts = [line.message, ...Object.values(line.fields).flat()].filter(
        (each) => typeof each === 'string',
      );
      for (const text of texts)
        expect([place, text]).toEqual([place, expect.not.stringMatching(/\p{Cc}|\u202e/u)]);
    }
  });

  it('is bounded, however long the texts are', () => {
    for (const { place, line } of plantings('x'.repeat(100_000))) {
      expect([place, JSON.stringify(line).length < 10_000]).toEqual([place, true]);
    }
  });
});

suite('findings in a line', () => {
  it('have their place, code and hint', () => {
    expect(findingLine(finding)).toBe(
      'kong.yaml:3:5: services have no field "hots" [unknown-field] (did you mean "host"?)',
    );
    expect(findingLine(hold)).toBe('there is nothing in it [no-entities]');
  });

  it('come with the gravest first, else in their order', () => {
    const { fields } = describe({
      ...SAMPLES['config-invalid'],
      findings: [warning, hold, { ...finding, message: 'first' }, { ...finding, message: 'second' }],
    });
    expect(fields).toMatchObject({
      count: 4,
      findings: [
        expect.stringContaining('first'),
        expect.stringContaining('second'),
        expect.stringContaining('nothing in it'),
        expect.stringContaining('comes twice'),
      ],
    });
  });

  it('are counted, and no more than twenty shown', () => {
    const many = Array.from({ length: 1_000 }, () => finding);
    const line = describe({ ...SAMPLES['config-invalid'], findings: many });
    expect(line.message).toContain('(and 999 more)');
    expect(line.fields['count']).toBe(1_000);
    expect(line.fields['findings']).toHaveLength(20);
    const reasons = many.map(findingLine);
    const held = describe({ ...SAMPLES['config-held'], reasons });
    expect(held.fields['count']).toBe(1_000);
    expect(held.fields['reasons']).toHaveLength(20);
  });

  it('may be none', () => {
    const refused = { ...SAMPLES['revision-refused'], canary: false, kongVersion: undefined, findings: [] };
    expect(describe(refused).message).toBe(
      'gateway kong-1 rejected 01234567, it alone is set aside: no reason given',
    );
  });
});

suite('the words for', () => {
  it('a configuration without predecessor say that nothing is pushed', () => {
    expect(describe({ ...SAMPLES['config-invalid'], kept: undefined }).message).toContain(
      'nothing is pushed',
    );
    expect(describe({ ...SAMPLES['config-held'], kept: undefined, revision: undefined })).toMatchObject({
      message: expect.stringContaining('nothing is pushed'),
      fields: { revision: 'none' },
    });
    expect(describe({ ...SAMPLES['desired-changed'], previous: undefined }).message).toBe(
      'desired revision is 01234567',
    );
  });

  it('an empty configuration say so', () => {
    expect(describe({ ...SAMPLES['config-compiled'], counts: { services: 0 }, findings: [] }).message).toBe(
      'configuration 01234567 is valid: no entities',
    );
  });

  it('nobody leading say so', () => {
    expect(describe({ kind: 'leader-observed', holder: '' }).message).toBe('nobody leads');
  });

  it('one thing are not those for several', () => {
    expect(describe({ kind: 'discovery-changed', gateways: 1, problems: [] })).toMatchObject({
      level: 'info',
      message: '1 gateway discovered',
    });
    expect(describe({ ...SAMPLES.converged, gateways: 1 }).message).toBe('the one gateway serves 01234567');
    expect(describe({ ...SAMPLES['source-changed'], documents: 1 }).message).toContain('1 document');
  });

  it('gateways left behind name some, and count them all', () => {
    const behind = Array.from({ length: 30 }, (_, index) => `kong-${index}`);
    const line = describe({ ...SAMPLES['converged-but'], gateways: 50, behind });
    expect(line.message).toMatch(/^20 of 50 gateways serve 01234567; not: kong-0, .*kong-19, …$/);
    expect(line.fields).toMatchObject({ behind: 30 });
  });

  it('a gateway that serves nothing do not show zeros', () => {
    expect(describe({ ...SAMPLES['would-push'], found: EMPTY_HASH })).toMatchObject({
      message: 'observe: would push 01234567 to kong-1, which serves nothing',
      fields: { found: 'nothing' },
    });
  });

  it('a gateway that is left as it is say so', () => {
    const line = describe({ ...SAMPLES.drift, found: PREVIOUS, cause: 'file', repair: false });
    expect(line.message).toBe(
      'gateway kong-1 was on 01234567 and now serves fedcba98: it has restarted with a file of its own; it is left so (--drift report)',
    );
  });

  it.each([
    ['proven', 'info', '01234567 is proven: every gateway may have it'],
    ['rejected', 'error', '01234567 is withdrawn, the other gateways keep what they have'],
    [
      'stopped',
      'error',
      '01234567 is not rolled out any further, and tried again later, one canary at a time',
    ],
  ] as const)('canaries that ended as %s are of level %s', (result, level, message) => {
    const line = describe({ ...SAMPLES['canary-ended'], result, trouble: undefined });
    expect(line).toMatchObject({ level, message });
  });

  it('a gateway that serves something else name whoever changed it', () => {
    expect(describe({ ...SAMPLES.drift, found: PREVIOUS, cause: 'foreign' })).toMatchObject({
      message: 'gateway kong-1 was on 01234567 and now serves fedcba98: somebody else changed it',
      fields: { found: 'fedcba98', reason: 'foreign' },
    });
  });

  it.each([
    ['same', 'push of 01234567 to kong-1: same, it had it already (304)'],
    ['accepted', 'push of 01234567 to kong-1: accepted'],
    [
      'withdrawn',
      'push of 01234567 to kong-1: withdrawn before anything was sent, this replica may not push any more',
    ],
  ])('a push that ended as %s are no warning', (result, message) => {
    expect(describe({ ...SAMPLES['push-ended'], result, trouble: undefined })).toMatchObject({
      level: 'info',
      message,
    });
  });

  it('a first failure are seen, those for the next ones only by who looks closer', () => {
    expect(describe({ ...SAMPLES.retry, attempt: 1 })).toMatchObject({
      level: 'info',
      message: expect.stringContaining('gateway kong-1 failed once, next try in 1.5 s'),
    });
  });

  it.each([
    ['unreachable', 'warn'],
    ['busy', 'warn'],
    ['refused', 'error'],
    ['rejected', 'error'],
    ['in-sync', 'info'],
    ['unknown', 'debug'],
    ['probing', 'debug'],
    ['out-of-sync', 'debug'],
    ['pushing', 'debug'],
    ['verifying', 'debug'],
  ])('a gateway that is %s now are of level %s', (to, level) => {
    expect(describe({ ...SAMPLES['gateway-phase'], to }).level).toBe(level);
  });

  it('a gateway that has recovered say so, and tell no trouble that is over', () => {
    const line = describe({ ...SAMPLES['gateway-phase'], from: 'unreachable', to: 'in-sync', trouble });
    expect(line.message).toBe('gateway kong-1 is in-sync again');
    expect(line.fields).not.toHaveProperty('reason');
  });

  it('a watch that goes on from where it was do not speak of a list', () => {
    expect(describe({ ...SAMPLES['watch-restarted'], relist: false }).message).toBe(
      'watch of configmaps restarted: the server ended it',
    );
  });
});
