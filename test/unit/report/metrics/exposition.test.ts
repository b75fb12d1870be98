import { describe, expect, it } from '@jest/globals';
import { createMetrics } from '../../../../src/report/metrics/metrics.js';
import { HEALTHY } from '../../../support/metrics-view.js';
import { ALL, SAMPLES } from '../samples.js';
import { scraped } from './scraped.js';

const UNIT = /_(seconds|bytes|info)$/;
/** Numbers of things, and answers to yes-or-no questions. */
const UNITLESS = new Set(
  [
    ['gateways', 'gateways_contested', 'config_findings', 'leader_term'],
    ['leader', 'config_valid', 'config_held', 'history_usable', 'gateway_in_sync', 'rollout'],
  ]
    .flat()
    .map((name) => `silverback_${name}`),
);

describe('the exposition', () => {
  const page = async (): Promise<string> => {
    const metrics = createMetrics('1.2.3');
    metrics.attach(HEALTHY);
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
    metrics.report({ ...SAMPLES['history-trouble'], trouble: { code: '"}\nfake 1\n', reason: '' } });
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
      if (kind === 'gauge') expect([name, UNIT.test(name) || UNITLESS.has(name)]).toEqual([name, true]);
      expect(help).toMatch(/^[A-Z].{10,}[^.]$/);
    }
    for (const [series] of await scraped(metrics)) {
      const labels = [...series.matchAll(/[{,]([^=]+)=/g)].map(([, label]) => label);
      for (const label of labels) expect(label).toMatch(/^(?!__)[a-z_]+$/);
    }
  });
});
