import { createMetrics } from '../../../../src/report/metrics/metrics.js';
import type { Metrics } from '../../../../src/report/metrics/metrics.js';
import type { Happening } from '../../../../src/report/happening.js';

/** Our own series with their values, as Prometheus would scrape them. */
export async function scraped({ registry }: Metrics): Promise<Map<string, number>> {
  const lines = (await registry.metrics()).split('\n').filter((line) => line.startsWith('silverback_'));
  return new Map(
    lines.map((line) => {
      const gap = line.lastIndexOf(' ');
      return [line.slice('silverback_'.length, gap), Number(line.slice(gap + 1))];
    }),
  );
}

/** What a happening adds to which series; buckets aside. */
export async function countedFor(happening: Happening): Promise<Record<string, number>> {
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
