import { describe, expect, it } from '@jest/globals';
import { EMPTY_HASH } from '../../../src/config/revision.js';
import type { Phase } from '../../../src/gateway/state.js';
import { createMetrics, GATEWAY_STATES } from '../../../src/report/metrics.js';
import type { Metrics, MetricsView } from '../../../src/report/metrics.js';
import type { Happening } from '../../../src/report/happening.js';
import { ALL, hold, PREVIOUS, REVISION, SAMPLES, warning } from './samples.js';
import type { Kind } from './samples.js';

const view: MetricsView = {
  leading: () => true,
  term: () => 7,
  desired: () => REVISION,
  gatewaysByState: () => new Map([['in-sync', 3]]),
  rollout: () => 'canary',
  held: () => false,
  valid: () => true,
};

/** Our own series with their values, as Prometheus would scrape them. */
async function scraped({ registry }: Metrics): Promise<Map<string, number>> {
  const lines = (await registry.metrics()).split('\n').filter((line) => line.startsWith('silverback_'));
  return new Map(
    lines.map((line) => {
      const gap = line.lastIndexOf(' ');
      return [line.slice('silverback_'.length, gap), Number(line.slice(gap + 1))];
    }),
  );
}

/** What a happening adds to which series; buckets aside. */
async function countedFor(happening: Happening): Promise<Record<string, number>> {
  const metrics = createMetrics('1.2.3');
  const before = await scraped(metrics);
  metrics.report(happening);
  const after = await scraped(metrics);
  return Object.fromEntries(
    [...after]
      .filter(([name, value]) => !name.includes('_bucket') && value !== (before.get(name) ?? 0))
      .map(([name, value]) => [name, value - (before.get(name) ?? 0)]),
  );
}

const COUNTED: { readonly [K in Kind]: Readonly<Record<string, unknown>> } = {
  started: {},
  stopping: {},
  stopped: {},
  serving: {},
  'setting-doubtful': {},
  'credentials-rotated': { credential_rotations_total: 1 },
  'credentials-unreadable': { credentials_unreadable_total: 1 },
  'serving-certificate-rotated': {},
  'serving-certificate-unusable': {},
  'annotation-failed': { source_annotation_failures_total: 1 },
  'change-reviewed': { 'admission_reviews_total{allowed="false"}': 1 },
  'watch-synced': {},
  'watch-restarted': { 'watch_restarts_total{resource="configmaps",relist="true"}': 1 },
  'watch-failed': { 'watch_failures_total{resource="configmaps"}': 1 },
  'watch-recovered': {},
  'object-unreadable': { 'objects_unreadable_total{resource="secrets"}': 1 },
  'leader-elected': { leader_elections_total: 1 },
  'leader-observed': {},
  'leadership-lost': { leader_losses_total: 1 },
  'lease-released': {},
  'lease-renewal-failed': { lease_renewal_failures_total: 1 },
  'lease-unreachable': { lease_read_failures_total: 1 },
  'revision-withdrawn': {},
  'history-trouble': { 'history_failures_total{code="413"}': 1 },
  'schemas-pulled': {},
  'schemas-missing': {},
  'schemas-failed': { 'schema_pull_failures_total{code="413"}': 1 },
  'event-dropped': { events_dropped_total: 1 },
  'source-changed': {},
  'source-unreadable': { sources_unreadable_total: 1 },
  'source-vanished': { sources_vanished_total: 1 },
  'source-quarantined': { sources_quarantined_total: 1 },
  'sources-synced': {},
  'config-compiled': {
    'config_compile_duration_seconds_sum{result="valid"}': expect.closeTo(0.0126),
    'config_compile_duration_seconds_count{result="valid"}': 1,
    'config_findings{severity="warning"}': 1,
  },
  'config-invalid': {
    'config_compile_duration_seconds_sum{result="invalid"}': expect.closeTo(0.0126),
    'config_compile_duration_seconds_count{result="invalid"}': 1,
    'config_findings{severity="error"}': 1,
    'config_findings{severity="warning"}': 1,
  },
  'config-held': {
    'config_holds_total{code="no-entities"}': 1,
    'config_holds_total{code="source-vanished"}': 1,
    'config_findings{severity="hold"}': 2,
  },
  'compile-failed': { config_compile_failures_total: 1 },
  'desired-changed': {},
  'discovery-changed': {},
  'gateway-found': {},
  'gateway-left': {},
  'gateway-phase': {},
  'push-started': { push_bytes_total: 1_000 },
  'push-ended': {
    'pushes_total{result="refused",code="413"}': 1,
    'push_duration_seconds_sum{result="refused"}': expect.closeTo(0.2504),
    'push_duration_seconds_count{result="refused"}': 1,
  },
  'push-late': { pushes_late_total: 1 },
  'push-skipped': { pushes_skipped_total: 1 },
  'would-change': {},
  'served-unreadable': {},
  'would-push': { pushes_withheld_total: 1 },
  retry: { 'retries_total{code="413"}': 1 },
  'drift-contested': { drift_contested_total: 1 },
  'gateway-resting': { rests_total: 1 },
  'canary-chosen': {},
  'canary-lost': { 'canaries_lost_total{code="413"}': 1 },
  'canary-ended': { 'canaries_total{result="failed"}': 1 },
  'rollout-overdue': { rollouts_overdue_total: 1 },
  'rollout-succeeded': { rollouts_total: 1 },
  drift: { 'drift_total{kind="empty"}': 1 },
  'revision-refused': { revisions_rejected_total: 1 },
  'hash-accepted': { hashes_accepted_total: 1 },
  'no-gateways': {},
  'converged-but': {},
  converged: {
    convergence_seconds_sum: 1.5,
    convergence_seconds_count: 1,
    last_convergence_timestamp_seconds: expect.any(Number),
  },
};

describe('what is counted', () => {
  it.each(Object.entries(COUNTED))('for %s', async (kind, expected) => {
    expect(await countedFor(SAMPLES[kind as Kind])).toEqual(expected);
  });

  it('adds up', async () => {
    const metrics = createMetrics('1.2.3');
    metrics.report(SAMPLES['push-started']);
    metrics.report(SAMPLES['push-started']);
    expect((await scraped(metrics)).get('push_bytes_total')).toBe(2_000);
  });

  it('tells pushes that went well from those that did not', async () => {
    expect(
      await countedFor({ ...SAMPLES['push-ended'], result: 'accepted', trouble: undefined }),
    ).toMatchObject({ 'pushes_total{result="accepted",code=""}': 1 });
  });

  it('tells drift to another configuration from drift to none', async () => {
    expect(await countedFor({ ...SAMPLES.drift, found: PREVIOUS, cause: 'foreign' })).toEqual({
      'drift_total{kind="foreign"}': 1,
    });
    expect(EMPTY_HASH).toBe(SAMPLES.drift.found);
  });

  it('forgets the findings of the configuration before', async () => {
    const metrics = createMetrics('1.2.3');
    metrics.report({
      ...SAMPLES['config-invalid'],
      findings: [hold, warning, ...SAMPLES['config-invalid'].findings],
    });
    metrics.report({ ...SAMPLES['config-compiled'], findings: [] });
    const now = await scraped(metrics);
    expect([...now].filter(([name]) => name.startsWith('config_findings'))).toEqual([
      ['config_findings{severity="error"}', 0],
      ['config_findings{severity="hold"}', 0],
      ['config_findings{severity="warning"}', 0],
    ]);
  });

  it('has few series, however many gateways and revisions come and go', async () => {
    const metrics = createMetrics('1.2.3');
    for (const happening of ALL) metrics.report(happening);
    const before = (await scraped(metrics)).size;
    for (let n = 0; n < 100; n += 1) {
      for (const happening of ALL) {
        metrics.report({
          ...happening,
          ...('gateway' in happening && { gateway: `kong-${n}` }),
          ...('revision' in happening && { revision: String(n).padStart(32, 'f') }),
          ...('source' in happening && { source: `source-${n}` }),
          ...('name' in happening && { name: `object-${n}` }),
          ...('holder' in happening && { holder: `holder-${n}` }),
        });
      }
    }
    expect((await scraped(metrics)).size).toBe(before);
  });
});

describe('what is read at a scrape', () => {
  it('is absent until there is something to read: a zero would say something', async () => {
    const names = [...(await scraped(createMetrics('1.2.3'))).keys()];
    for (const name of ['leader', 'leader_term', 'config_valid', 'config_held', 'gateways', 'desired']) {
      expect(names.filter((each) => each.split('{')[0] === name)).toEqual([]);
    }
    expect(names).not.toContain('last_convergence_timestamp_seconds');
    expect(names).toContain('build_info{version="1.2.3"}');
  });

  it('is leadership, verdict, desired revision and gateways by state', async () => {
    const metrics = createMetrics('1.2.3');
    metrics.attach(view);
    expect(Object.fromEntries(await scraped(metrics))).toMatchObject({
      leader: 1,
      leader_term: 7,
      config_valid: 1,
      config_held: 0,
      [`desired_revision_info{revision="${REVISION}"}`]: 1,
      'gateways{state="in-sync"}': 3,
      'gateways{state="unreachable"}': 0,
    });
  });

  it('is what holds now, not what held once', async () => {
    const metrics = createMetrics('1.2.3');
    metrics.attach(view);
    await scraped(metrics);
    metrics.attach({
      leading: () => false,
      term: () => 7,
      desired: () => PREVIOUS,
      rollout: () => 'idle',
      gatewaysByState: () => new Map([['unreachable', 1]]),
      held: () => true,
      valid: () => false,
    });
    const now = await scraped(metrics);
    expect(Object.fromEntries(now)).toMatchObject({
      leader: 0,
      config_valid: 0,
      config_held: 1,
      'gateways{state="in-sync"}': 0,
      'gateways{state="unreachable"}': 1,
    });
    const revisions = [...now.keys()].filter((name) => name.startsWith('desired_revision_info'));
    expect(revisions).toEqual([`desired_revision_info{revision="${PREVIOUS}"}`]);
    metrics.attach({ ...view, desired: () => undefined });
    expect([...(await scraped(metrics)).keys()].join()).not.toContain('desired_revision_info');
  });

  it('knows every state that a gateway can be in', () => {
    const phases: Record<Phase, true> = {
      unknown: true,
      probing: true,
      'in-sync': true,
      'out-of-sync': true,
      pushing: true,
      verifying: true,
      unreachable: true,
      rejected: true,
      refused: true,
      busy: true,
    };
    expect([...GATEWAY_STATES].sort()).toEqual(Object.keys(phases).sort());
  });
});

describe('the exposition', () => {
  const page = async (): Promise<string> => {
    const metrics = createMetrics('1.2.3');
    metrics.attach(view);
    for (const happening of ALL) metrics.report(happening);
    return metrics.registry.metrics();
  };

  it('is Prometheus’ text format, line by line', async () => {
    const label = String.raw`[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*"`;
    const format = new RegExp(
      String.raw`^(# (HELP|TYPE) [a-zA-Z_:][a-zA-Z0-9_:]* .+|[a-zA-Z_:][a-zA-Z0-9_:]*(\{${label}(,${label})*\})? (-?[0-9.e+-]+|\+Inf|-Inf|NaN|Nan))$`,
    );
    for (const line of (await page()).split('\n').filter((each) => each !== '')) {
      expect(line).toMatch(format);
    }
  });

  it('has the process’s own metrics, too', async () => {
    expect(await page()).toContain('process_resident_memory_bytes');
  });

  it('shows a hostile label value as a value', async () => {
    const metrics = createMetrics('1.2.3');
    metrics.report({ ...SAMPLES.retry, trouble: { code: '"}\nfake 1\n', reason: '' } });
    expect(await metrics.registry.metrics()).not.toMatch(/^fake/m);
  });

  /** The rules of promtool's linter, as far as names can break them. */
  it('follows Prometheus’ conventions for names', async () => {
    const metrics = createMetrics('1.2.3');
    const all = (await metrics.registry.getMetricsAsJSON()).filter(({ name }) =>
      name.startsWith('silverback_'),
    );
    expect(all.length).toBeGreaterThan(30);
    for (const { name, help, type } of all) {
      const kind = String(type);
      expect(name).toMatch(/^[a-z]+(_[a-z]+)*$/);
      expect([name, name.endsWith('_total')]).toEqual([name, kind === 'counter']);
      expect(name).not.toMatch(/_(count|sum|bucket)$/);
      expect(name).not.toMatch(/_(counter|gauge|histogram|summary)(_|$)/);
      expect(name).not.toMatch(
        /_(ms|milliseconds|minutes|hours|s|sec|secs|kb|mb|kilobytes|megabytes|percent)(_|$)/,
      );
      if (kind === 'histogram') expect(name).toMatch(/_seconds$/);
      if (name.includes('bytes')) expect(name).toMatch(/_bytes(_total)?$/);
      if (name.endsWith('_info')) expect(kind).toBe('gauge');
      expect(help).toMatch(/^[A-Z].{10,}[^.]$/);
    }
    for (const [series] of await scraped(metrics)) {
      const labels = [...series.matchAll(/[{,]([^=]+)=/g)].map(([, label]) => label);
      for (const label of labels) expect(label).toMatch(/^(?!__)[a-z_]+$/);
    }
  });
});
