import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { createMetrics } from '../../src/report/metrics/metrics.js';
import { HEALTHY } from '../support/metrics-view.js';
import { ALERT_TESTS, ALERTS, promtool } from './prometheus.js';

interface Rules {
  readonly groups: readonly { readonly rules: readonly { readonly alert: string }[] }[];
}

interface AlertTests {
  readonly tests: readonly {
    readonly alert_rule_test: readonly {
      readonly alertname: string;
      readonly exp_alerts?: readonly object[];
    }[];
  }[];
}

const { groups } = parse(readFileSync(ALERTS, 'utf8')) as Rules;
const { tests } = parse(readFileSync(ALERT_TESTS, 'utf8')) as AlertTests;

describe('the alerts', () => {
  it('are rules as Prometheus wants them', () => {
    expect(promtool(['check', 'rules', '--lint=all', '--lint-fatal', ALERTS])).toContain('SUCCESS');
  });

  it('fire when they should, and not when they should not', () => {
    expect(promtool(['test', 'rules', ALERT_TESTS])).toContain('SUCCESS');
  });

  it.each(groups.flatMap(({ rules }) => rules.map(({ alert }) => alert)))(
    '%s is seen both to fire and to be silent',
    (alert) => {
      const cases = tests
        .flatMap((test) => test.alert_rule_test)
        .filter(({ alertname }) => alertname === alert);
      expect(cases.filter(({ exp_alerts }) => exp_alerts !== undefined).length).toBeGreaterThan(0);
      expect(cases.filter(({ exp_alerts }) => exp_alerts === undefined).length).toBeGreaterThan(0);
    },
  );
});

it('the metrics of a replica are to the liking of Prometheus’ linter, those of Node.js included', async () => {
  const { registry, attach } = createMetrics('1.2.3');
  attach(HEALTHY);
  expect(promtool(['check', 'metrics'], await registry.metrics())).toBe('');
});
