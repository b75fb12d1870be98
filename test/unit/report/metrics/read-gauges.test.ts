import { describe, expect, it } from '@jest/globals';
import { createMetrics } from '../../../../src/report/metrics/metrics.js';
import { MOST_GATEWAY_SERIES } from '../../../../src/report/metrics/read-gauges.js';
import type { CertificateView, MetricsView } from '../../../../src/report/metrics/view.js';
import { FOLLOWING, gatewaysIn, HEALTHY } from '../../../support/metrics-view.js';
import { hold, SAMPLES, warning } from '../samples.js';
import { scraped } from './scraped.js';

const NOON = Date.parse('2026-01-01T12:00:00Z');

const seen = async (view: MetricsView): Promise<Record<string, number>> => {
  const metrics = createMetrics('1.2.3', () => NOON);
  metrics.attach(view);
  return Object.fromEntries(await scraped(metrics));
};

const series = (all: object, name: string): string[] =>
  Object.keys(all).filter((each) => each.split('{')[0] === name);

describe('what is read at a scrape', () => {
  it('is absent until there is something to read: a zero would say something', async () => {
    const all = Object.fromEntries(await scraped(createMetrics('1.2.3')));
    for (const name of Object.keys(await seen(HEALTHY)).map((each) => each.split('{')[0]!)) {
      if (/_(total|bucket|sum|count)$|build_info/.test(name)) continue;
      expect([name, series(all, name)]).toEqual([name, []]);
    }
    expect(all['build_info{version="1.2.3"}']).toBe(1);
  });

  it('is leadership, verdict, revisions and gateways by state, those of no gateway included', async () => {
    expect(await seen({ ...HEALTHY, findings: () => [warning, hold] })).toMatchObject({
      leader: 1,
      leader_term: 7,
      config_valid: 1,
      config_held: 0,
      history_usable: 1,
      'revision_info{role="desired",revision="01234567"}': 1,
      'revision_info{role="last_good",revision="01234567"}': 1,
      'config_findings{severity="error"}': 0,
      'config_findings{severity="hold"}': 1,
      'config_findings{severity="warning"}': 1,
      'gateways{state="in-sync"}': 3,
      'gateways{state="unreachable"}': 0,
      'gateway_in_sync{gateway="kong-2"}': 1,
      gateways_contested: 0,
      'rollout{state="idle"}': 1,
      'rollout{state="stopped"}': 0,
    });
  });

  it('says nothing of a configuration that was not judged yet', async () => {
    const all = await seen({ ...HEALTHY, judged: () => false });
    for (const name of ['config_valid', 'config_held', 'config_findings'])
      expect(series(all, name)).toEqual([]);
  });

  it('is what holds now, not what held once', async () => {
    const metrics = createMetrics('1.2.3');
    metrics.attach({ ...HEALTHY, revisions: () => ({ desired: 'a'.repeat(32), held: 'b'.repeat(32) }) });
    await scraped(metrics);
    metrics.attach({
      ...HEALTHY,
      revisions: () => ({ desired: 'c'.repeat(32) }),
      gateways: () => [{ name: 'kong-9', state: 'unreachable', contested: true }],
    });
    const now = Object.fromEntries(await scraped(metrics));
    expect(series(now, 'revision_info')).toEqual(['revision_info{role="desired",revision="cccccccc"}']);
    expect(series(now, 'gateway_in_sync')).toEqual(['gateway_in_sync{gateway="kong-9"}']);
    expect(now).toMatchObject({
      'gateways{state="in-sync"}': 0,
      'gateways{state="unreachable"}': 1,
      gateways_contested: 1,
    });
  });

  it('is nothing about gateways on a follower, whatever it knew while it led', async () => {
    const metrics = createMetrics('1.2.3');
    const gateway: CertificateView = { certificate: 'gateway', gateway: 'kong-1', expiresAt: new Date(NOON) };
    const certificates = () => [gateway, { certificate: 'client' as const, expiresAt: new Date(NOON) }];
    metrics.attach({ ...HEALTHY, certificates });
    metrics.report(SAMPLES['leader-elected']);
    metrics.report(SAMPLES.converged);
    const leading = Object.fromEntries(await scraped(metrics));
    metrics.attach({ ...FOLLOWING, certificates });
    const following = Object.fromEntries(await scraped(metrics));
    const gone = Object.keys(leading).filter((name) => !(name in following));
    expect([...new Set(gone.map((name) => name.split('{')[0]))].sort()).toEqual([
      'certificate_expiry_timestamp_seconds',
      'gateway_in_sync',
      'gateways',
      'gateways_contested',
      'last_convergence_timestamp_seconds',
      'leader_since_timestamp_seconds',
      'rollout',
    ]);
    expect(following).toMatchObject({
      leader: 0,
      'certificate_expiry_timestamp_seconds{certificate="client",gateway=""}': NOON / 1000,
    });
  });

  it('dates the election and the last convergence', async () => {
    const metrics = createMetrics('1.2.3', () => NOON);
    metrics.attach(HEALTHY);
    metrics.report(SAMPLES['leader-elected']);
    expect(series(Object.fromEntries(await scraped(metrics)), 'last_convergence_timestamp_seconds')).toEqual(
      [],
    );
    metrics.report(SAMPLES.converged);
    expect(Object.fromEntries(await scraped(metrics))).toMatchObject({
      leader_since_timestamp_seconds: NOON / 1000,
      last_convergence_timestamp_seconds: NOON / 1000,
    });
  });

  it('has a series for each gateway as long as they are few, and something is desired of them', async () => {
    const many = (count: number) => ({
      ...HEALTHY,
      gateways: () => gatewaysIn(...Array.from({ length: count }, () => 'unreachable' as const)),
    });
    const most = await seen(many(MOST_GATEWAY_SERIES));
    expect(series(most, 'gateway_in_sync')).toHaveLength(MOST_GATEWAY_SERIES);
    expect(most['gateway_in_sync{gateway="kong-1"}']).toBe(0);
    const more = await seen(many(MOST_GATEWAY_SERIES + 1));
    expect(series(more, 'gateway_in_sync')).toEqual([]);
    expect(more['gateways{state="unreachable"}']).toBe(MOST_GATEWAY_SERIES + 1);
    const idle = await seen({ ...HEALTHY, revisions: () => ({}) });
    expect(series(idle, 'gateway_in_sync')).toEqual([]);
  });

  it('names the gateways whose certificates run out first', async () => {
    const all = await seen({
      ...HEALTHY,
      certificates: () =>
        Array.from({ length: 50 }, (_, n) => ({
          certificate: 'gateway' as const,
          gateway: `kong-${n}`,
          expiresAt: new Date(NOON - n * 1000),
        })),
    });
    const shown = series(all, 'certificate_expiry_timestamp_seconds');
    expect(shown).toHaveLength(10);
    expect(shown.join()).toContain('gateway="kong-49"');
    expect(shown.join()).not.toContain('gateway="kong-39"');
  });
});
