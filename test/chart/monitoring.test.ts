import { describe, expect, it } from '@jest/globals';
import { createMetrics } from '../../src/report/metrics/metrics.js';
import { GATEWAY_STATES } from '../../src/report/metrics/view.js';
import { only, podOf, render } from './render.js';
import { valueSet } from './value-sets.js';

interface Group {
  readonly rules: readonly { readonly alert: string; readonly expr: string }[];
}

describe('monitoring', () => {
  const objects = render(valueSet('everything on'));
  const [group] = only(objects, 'PrometheusRule').spec['groups'] as Group[];
  const rules = group!.rules.map(({ alert, expr }) => [alert, expr] as const);

  it('is off unless it is wanted', () => {
    const kinds = render(valueSet('mTLS')).map(({ kind }) => kind);
    expect(kinds).not.toContain('PodMonitor');
    expect(kinds).not.toContain('PrometheusRule');
  });

  it('scrapes a port that the pods have', () => {
    const { ports } = podOf(only(objects, 'Deployment')).containers[0] as unknown as {
      ports: { name: string }[];
    };
    const [endpoint] = only(objects, 'PodMonitor').spec['podMetricsEndpoints'] as { port: string }[];
    expect(ports.map(({ name }) => name)).toContain(endpoint?.port);
  });

  it.each(rules)('alerts with %s on metrics and states that there are', (_, expr) => {
    const { registry } = createMetrics('test');
    const metrics = expr.match(/\bsilverback_\w+/g) ?? [];
    expect(metrics).not.toEqual([]);
    expect(metrics.filter((name) => registry.getSingleMetric(name) === undefined)).toEqual([]);
    const states = [...expr.matchAll(/state!?=~?"([^"]+)"/g)].flatMap(([, texts]) => texts!.split('|'));
    expect(GATEWAY_STATES).toEqual(expect.arrayContaining(states));
  });

  it('means the pods of its own release alone', () => {
    for (const [, expr] of rules) {
      const pattern = /pod=~"([^"]+)"/.exec(expr)?.[1] ?? '';
      expect('edge-silverback-5d4f8c7b9-x2x4z').toMatch(new RegExp(`^(?:${pattern})$`));
      expect('edge-silverback-two-5d4f8c7b9-x2x4z').not.toMatch(new RegExp(`^(?:${pattern})$`));
    }
  });
});
