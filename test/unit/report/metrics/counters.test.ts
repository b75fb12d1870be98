import { describe, expect, it } from '@jest/globals';
import type { PushAnswer } from '../../../../src/gateway/answers.js';
import { PUSH_CLASSES } from '../../../../src/report/metrics/classes.js';
import { createMetrics } from '../../../../src/report/metrics/metrics.js';
import type { Metrics } from '../../../../src/report/metrics/metrics.js';
import { HEALTHY } from '../../../support/metrics-view.js';
import { ALL, PREVIOUS, SAMPLES } from '../samples.js';
import type { Kind } from '../samples.js';
import { countedFor, scraped } from './scraped.js';

const COUNTED: { readonly [K in Kind]: Readonly<Record<string, unknown>> } = {
  started: {},
  stopping: {},
  stopped: {},
  serving: {},
  'setting-doubtful': {},
  'credentials-rotated': { credential_rotations_total: 1 },
  'credentials-unreadable': { credentials_unreadable_total: 1 },
  'watch-synced': {},
  'serving-certificate-rotated': {},
  'serving-certificate-unusable': {},
  'annotation-failed': { source_annotation_failures_total: 1 },
  'change-reviewed': { 'admission_reviews_total{allowed="false"}': 1 },
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
  'revision-withdrawn': { revisions_withdrawn_total: 1 },
  'history-trouble': { 'history_failures_total{code="413"}': 1 },
  'schemas-pulled': {},
  'schemas-missing': {},
  'schemas-failed': { 'schema_pull_failures_total{class="413"}': 1 },
  'event-dropped': { events_dropped_total: 1 },
  'source-changed': {},
  'source-unreadable': { sources_unreadable_total: 1 },
  'source-vanished': { sources_vanished_total: 1 },
  'source-quarantined': { sources_quarantined_total: 1 },
  'sources-synced': {},
  'config-compiled': {
    'config_compile_duration_seconds_sum{result="valid"}': expect.closeTo(0.0126),
    'config_compile_duration_seconds_count{result="valid"}': 1,
  },
  'config-invalid': {
    'config_compile_duration_seconds_sum{result="invalid"}': expect.closeTo(0.0126),
    'config_compile_duration_seconds_count{result="invalid"}': 1,
  },
  'config-held': {
    'config_holds_total{code="no-entities"}': 1,
    'config_holds_total{code="source-vanished"}': 1,
  },
  'compile-failed': { config_compile_failures_total: 1 },
  'desired-changed': {},
  'discovery-changed': {},
  'gateway-found': {},
  'gateway-left': {},
  'gateway-phase': {},
  'push-started': { push_bytes_total: 1_000 },
  'push-ended': {
    'pushes_total{result="refused",class="413"}': 1,
    'push_duration_seconds_sum{result="refused"}': expect.closeTo(0.2504),
    'push_duration_seconds_count{result="refused"}': 1,
  },
  'push-late': { pushes_late_total: 1 },
  'push-skipped': { pushes_skipped_total: 1 },
  'would-change': {},
  'served-unreadable': {},
  'would-push': { pushes_withheld_total: 1 },
  retry: { 'retries_total{class="413"}': 1 },
  'drift-contested': { drift_contested_total: 1 },
  'gateway-resting': { rests_total: 1 },
  'canary-chosen': {},
  'canary-lost': { 'canaries_lost_total{class="413"}': 1 },
  'canary-ended': { 'canaries_total{result="failed"}': 1 },
  'rollout-overdue': { rollouts_overdue_total: 1 },
  'rollout-succeeded': { rollouts_total: 1 },
  drift: { 'drift_total{kind="empty"}': 1, 'drift_repairs_total{kind="empty"}': 1 },
  'revision-refused': { revisions_rejected_total: 1 },
  'hash-accepted': { hashes_accepted_total: 1 },
  'no-gateways': {},
  'converged-but': {},
  converged: {
    'convergence_seconds_sum{cause="config"}': 1.5,
    'convergence_seconds_count{cause="config"}': 1,
  },
};

const FULL = { ...SAMPLES['history-trouble'], trouble: { code: 'full', reason: '' } };

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
    const well = { ...SAMPLES['push-ended'], trouble: undefined };
    expect(await countedFor({ ...well, result: 'accepted' })).toMatchObject({
      'pushes_total{result="accepted",class="2xx"}': 1,
    });
    expect(await countedFor({ ...well, result: 'withdrawn' })).toMatchObject({
      'pushes_total{result="withdrawn",class="unsent"}': 1,
    });
  });

  it.each([
    ['400', 'rejected', '400'],
    ['401', 'refused', '401'],
    ['405', 'refused', '4xx'],
    ['302', 'refused', '3xx'],
    ['429', 'busy', '429'],
    ['503', 'failed', '5xx'],
    ['504', 'unknown', '5xx'],
    ['timeout', 'unknown', 'timeout'],
    ['econnreset', 'unknown', 'reset'],
    ['fence', 'unknown', 'fence'],
    ['econnrefused', 'unreachable', 'connection-refused'],
    ['enotfound', 'unreachable', 'dns'],
    ['network', 'unreachable', 'other'],
  ])('a push that ends with %s as %s, in a series that was there before at 0', async (code, result, cls) => {
    const metrics = createMetrics('1.2.3');
    const series = `pushes_total{result="${result}",class="${cls}"}`;
    expect((await scraped(metrics)).get(series)).toBe(0);
    metrics.report({ ...SAMPLES['push-ended'], result, trouble: { code, reason: '' } });
    expect((await scraped(metrics)).get(series)).toBe(1);
  });

  it('knows every result of a push', () => {
    const results: Record<PushAnswer['kind'], true> = {
      accepted: true,
      same: true,
      rejected: true,
      refused: true,
      busy: true,
      failed: true,
      unknown: true,
      unreachable: true,
      withdrawn: true,
    };
    expect(Object.keys(PUSH_CLASSES).sort()).toEqual(Object.keys(results).sort());
  });

  it('does not call repaired what is only reported', async () => {
    const drift = { ...SAMPLES.drift, found: PREVIOUS, cause: 'foreign', repair: false } as const;
    expect(await countedFor(drift)).toEqual({ 'drift_total{kind="foreign"}': 1 });
  });

  it('has no series that is born with its first happening: rate() would not see that one', async () => {
    const names = async (metrics: Metrics): Promise<string[]> => [...(await scraped(metrics)).keys()];
    const metrics = createMetrics('1.2.3');
    const before = await names(metrics);
    for (const happening of ALL) metrics.report(happening.kind === 'history-trouble' ? FULL : happening);
    expect(await names(metrics)).toEqual(before);
  });

  it('has few series, whatever happens', async () => {
    const metrics = createMetrics('1.2.3');
    metrics.attach(HEALTHY);
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
          ...('trouble' in happening &&
            happening.kind !== 'history-trouble' && { trouble: { code: `code-${n}`, reason: '' } }),
        });
      }
    }
    const after = [...(await scraped(metrics)).keys()];
    // A class that a result never comes in, which the samples put together.
    expect(after.filter((name) => !name.startsWith('pushes_total')).length).toBeLessThanOrEqual(before);
    expect(before).toBeLessThan(700);
  });
});
