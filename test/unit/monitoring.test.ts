import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { createMetrics } from '../../src/report/metrics/metrics.js';
import { HEALTHY } from '../support/metrics-view.js';

const root = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<'summary' | 'description' | 'runbook_url', string>>;
}
interface Panel {
  readonly title: string;
  readonly type: string;
  readonly description?: string;
  readonly datasource?: { readonly uid: string };
  readonly targets?: readonly { readonly expr: string; readonly datasource?: { readonly uid: string } }[];
}

const rules = (
  parse(read('deploy/helm/silverback/files/alerts.yaml')) as { groups: { rules: Rule[] }[] }
).groups.flatMap((group) => group.rules);
const dashboard = JSON.parse(read('deploy/grafana/silverback.json')) as {
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly type: string }[] };
};
const queries = dashboard.panels.flatMap(({ title, targets = [] }) =>
  targets.map(({ expr }) => [title, expr] as const),
);

const metrics = createMetrics('1.2.3');
metrics.attach({
  ...HEALTHY,
  revisions: () => ({ desired: '0', last_good: '0', held: '0' }),
  certificates: () => [{ certificate: 'client', expiresAt: new Date(0) }],
});
metrics.report({ kind: 'converged', revision: '0', gateways: 1, durationMs: 1, cause: 'config' });

interface Series {
  readonly name: string;
  readonly labels: Readonly<Record<string, string | number | undefined>>;
}
const series: readonly Series[] = (await metrics.registry.getMetricsAsJSON()).flatMap((metric) =>
  metric.values.map((value) => ({
    name: 'metricName' in value ? String(value.metricName) : metric.name,
    labels: value.labels,
  })),
);

/** What Prometheus puts on what it scrapes, and people on their targets. */
const OF_THE_SCRAPE = new Set(['job', 'instance', 'pod', 'namespace']);

/** What is wrong with the selectors of an expression: metrics that are not there, labels and values that they never have. */
function faultsOf(expr: string): string[] {
  const selectors = [...expr.matchAll(/\b((?:silverback|process|nodejs)_\w+)(?:\{([^}]*)\})?/g)];
  expect(selectors.length).toBeGreaterThan(0);
  return selectors.flatMap(([, name, matchers = '']) => {
    const found = series.filter((each) => each.name === name);
    if (found.length === 0) return [`there is no ${name}`];
    return [...matchers.matchAll(/(\w+)\s*(=~|!~|!=|=)\s*"([^"]*)"/g)].flatMap(
      ([, label = '', , values = '']) => {
        if (OF_THE_SCRAPE.has(label)) return [];
        const known = new Set(found.map(({ labels }) => String(labels[label])));
        return values
          .split('|')
          .flatMap((value) => (known.has(value) ? [] : [`${name} has no ${label} ${value}`]));
      },
    );
  });
}

describe('the alerts', () => {
  it.each(rules.map((rule) => [rule.alert, rule] as const))('%s asks for what there is', (_, { expr }) => {
    expect(faultsOf(expr)).toEqual([]);
  });

  it.each(rules.map((rule) => [rule.alert, rule] as const))(
    '%s says what, how grave, and where to look',
    (alert, rule) => {
      expect(alert).toMatch(/^Silverback[A-Z]/);
      expect(['critical', 'warning', 'info']).toContain(rule.labels['severity']);
      expect(rule.annotations.summary).toMatch(/\.$/);
      expect(rule.annotations.description).toMatch(/\.$/);
      expect(rule.annotations.runbook_url).toBe(`docs/runbook.md#${alert.toLowerCase()}`);
    },
  );

  it('select our job everywhere, so that the chart can put its own pods there', () => {
    const text = rules.map(({ expr, annotations }) => `${expr} ${annotations.description}`).join(' ');
    const selectors = text.match(/silverback_\w+(?:\{[^}]*\})?/g) ?? [];
    expect(selectors.filter((each) => !each.includes('{job="silverback"'))).toEqual([]);
  });
});

describe('the runbook', () => {
  const sections = new Map(
    read('docs/runbook.md')
      .split(/^## /m)
      .slice(1)
      .map((text) => [text.split('\n')[0] ?? '', text] as const),
  );

  it('has a section for each alert, in the same order, and no other', () => {
    expect([...sections.keys()]).toEqual(rules.map(({ alert }) => alert));
  });

  it.each([...sections])(
    'tells of %s what it means, whom it hurts, where to look and what to do',
    (_, text) => {
      const words = Array.from(text.matchAll(/^\*\*(\w+)\.\*\*/gm), ([, word]) => word);
      expect(words).toEqual(['Means', 'Hurts', 'Look', 'Do']);
      expect(text).toMatch(/```bash\n[\s\S]*?^# /m);
    },
  );

  it('names metrics that there are', () => {
    for (const name of read('docs/runbook.md').match(/\b(silverback|nodejs)_\w+/g) ?? []) {
      expect(series.map((each) => each.name)).toContain(name);
    }
  });
});

describe('the dashboard', () => {
  it.each(queries)('%s asks for what there is: %s', (_, expr) => {
    expect(faultsOf(expr)).toEqual([]);
  });

  it('takes its datasource from a variable, and says what each panel shows', () => {
    expect(dashboard.templating.list).toContainEqual(
      expect.objectContaining({ name: 'datasource', type: 'datasource', query: 'prometheus' }),
    );
    for (const { title, type, description, datasource, targets = [] } of dashboard.panels) {
      if (type === 'row') continue;
      expect([title, datasource?.uid]).toEqual([title, '${datasource}']);
      expect([title, description]).toEqual([title, expect.stringMatching(/\.$/)]);
      expect(targets.length).toBeGreaterThan(0);
      for (const target of targets) expect(target.datasource?.uid).toBe('${datasource}');
    }
  });
});

it('every metric that a page names is one that there is', () => {
  const names = new Set(series.map(({ name }) => name));
  for (const page of ['docs/operating.md', 'docs/metrics.md', 'docs/schemas.md']) {
    const named = Array.from(read(page).matchAll(/\bsilverback_[a-z_]+[a-z]\b/g), ([name]) => name);
    const unknown = named.filter((name) => !names.has(name) && !names.has(`${name}_bucket`));
    expect([page, unknown]).toEqual([page, []]);
  }
});
