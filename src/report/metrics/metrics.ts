import { collectDefaultMetrics, Registry } from 'prom-client';
import type { Report } from '../happening.js';
import { countConfig } from './count-config.js';
import { countProcess } from './count-process.js';
import { countPushes } from './count-pushes.js';
import { countRollouts } from './count-rollouts.js';
import { instrumentsOf } from './instruments.js';
import { readEveryReplica, readLeader } from './read-gauges.js';
import type { MetricsView } from './view.js';

export interface Metrics {
  readonly registry: Registry;
  readonly report: Report;
  /** Tells the metrics what to read at a scrape; until then those series are absent. */
  readonly attach: (view: MetricsView) => void;
}

/** Gauges of the default metrics whose names end like a counter's; others say the same. */
const MISNAMED = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
];

/**
 * Prometheus metrics of everything that happens. Names follow Prometheus' conventions: base units, `_total`. Label values are few
 * and known beforehand; the exceptions are gateways' names, bounded, and revisions, one for each role.
 */
export function createMetrics(version: string, wallNow = Date.now): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  for (const name of MISNAMED) registry.removeSingleMetric(name);
  const instruments = instrumentsOf(registry);
  let view: MetricsView | undefined;
  instruments.gauge('build_info', 'The version that runs; always 1', ['version'], (set) =>
    set(1, { version }),
  );
  readEveryReplica(instruments, () => view);
  const reports = [
    readLeader(instruments, () => view, wallNow),
    ...[countPushes, countRollouts, countConfig, countProcess].map((count) => count(instruments)),
  ];
  return {
    registry,
    report: (happening) => reports.forEach((report) => report(happening)),
    attach(next) {
      view = next;
    },
  };
}
