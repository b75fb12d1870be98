import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { CHART, only, podOf, render } from './render.js';
import { valueSet } from './value-sets.js';

interface Group {
  readonly rules: readonly {
    readonly alert: string;
    readonly expr: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: { readonly summary: string };
  }[];
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

  it('makes a rule of every alert of the plain file', () => {
    const { groups } = parse(readFileSync(join(CHART, 'files/alerts.yaml'), 'utf8')) as { groups: Group[] };
    const [plain] = groups;
    const told = (each: Group | undefined) =>
      each?.rules.map(({ alert, annotations }) => [alert, annotations.summary]);
    expect(told(group)).toEqual(told(plain));
    for (const { labels } of group!.rules) {
      expect(labels).toEqual({ severity: expect.any(String), silverback: 'apps/edge-silverback' });
    }
  });

  it('means the pods of its own release alone', () => {
    for (const [, expr] of rules) {
      expect(expr).not.toContain('job="silverback"');
      const pattern = /pod=~"([^"]+)"/.exec(expr)?.[1] ?? '';
      expect('edge-silverback-5d4f8c7b9-x2x4z').toMatch(new RegExp(`^(?:${pattern})$`));
      expect('edge-silverback-two-5d4f8c7b9-x2x4z').not.toMatch(new RegExp(`^(?:${pattern})$`));
    }
  });
});
