import { Registry } from 'prom-client';
import { countConfig } from './count-config.js';
import { countProcess } from './count-process.js';
import { countPushes } from './count-pushes.js';
import { countRollouts } from './count-rollouts.js';
import { instrumentsOf } from './instruments.js';
import type { Instruments } from './instruments.js';
import { createMetrics } from './metrics.js';
import { readEveryReplica, readLeader } from './read-gauges.js';
import type { MetricsView } from './view.js';

const INTRODUCTION = `# Metrics

What \`/metrics\` (\`--metrics-bind-address\`, \`:10255\`) shows, in Prometheus' text format. Alerts on it, as a plain rules file:
[alerts.yaml](../deploy/helm/silverback/files/alerts.yaml), which the chart installs for the Prometheus operator with
\`prometheusRule.enabled\`; what to do about them: [runbook.md](runbook.md). A dashboard for Grafana:
[silverback.json](../deploy/grafana/silverback.json).

- Every series of a counter or histogram is there from the start, at 0, so that \`rate()\` and \`increase()\` see the first time, too.
- What only a leader knows is absent on followers: sums over the replicas are right, and a former leader leaves nothing stale. What
  each replica says of itself, of the configuration above all, is best asked of the one that leads:
  \`silverback_config_valid == 0 and on (job, instance) silverback_leader == 1\`.
- A push is \`unknown\` where some of it was sent and no answer came: Kong may be loading it. With class \`fence\` it was cut off because
  the lease ran out. \`unreachable\` and \`withdrawn\` are those of which nothing was sent.
- \`silverback_gateway_in_sync\` names each gateway of a fleet of at most 250; \`silverback_gateways\` counts them in any.
- Series of gateways that left, and of revisions that play no role any more, are gone at the next scrape.
- No secret, and nothing of the configuration but the first 8 digits of its hash, is in any of them.

Without the operator:

\`\`\`yaml
rule_files: [alerts.yaml]
scrape_configs:
  - job_name: silverback # the alerts ask for this name
    static_configs: [{ targets: ['10.0.3.4:10255', '10.0.3.5:10255'] }]
\`\`\`

A gateway is \`unknown\` until it is looked at, and while nothing is desired; \`probing\` while it is looked at first; then \`in-sync\` or
\`out-of-sync\` (its turn comes), \`pushing\`, \`verifying\` (Kong took it, its hash is awaited), \`unreachable\`, \`rejected\` (Kong said 400 to
the configuration), \`refused\` (a matter of set-up: token, certificate, size limit) or \`busy\` (429). A rollout is \`choosing\` its
canaries, held at a \`canary\`, or \`rolling\`; \`paused\` by a person; \`withdrawn\` or \`stopped\` ([rollouts.md](rollouts.md)); else \`idle\`.

Some questions:

\`\`\`promql
# how long it takes until the last gateway serves a change, 95 of 100 times
histogram_quantile(0.95, sum by (le) (rate(silverback_convergence_seconds_bucket{cause="config"}[1h])))
# seconds since all gateways were last seen to reach the desired revision
time() - max(silverback_last_convergence_timestamp_seconds)
# pushes that went wrong, by class
sum by (result, class) (rate(silverback_pushes_total{result!~"accepted|same"}[5m])) > 0
\`\`\`

This page is made from the code by \`npm run docs\`.
`;

/** Enough of a leader to show every series that there is. */
const SAMPLE: MetricsView = {
  leading: () => true,
  term: () => 0,
  revisions: () => ({ desired: '', last_good: '', held: '' }),
  gateways: () => [{ name: 'kong', state: 'in-sync', contested: false }],
  rollout: () => 'idle',
  judged: () => true,
  held: () => false,
  valid: () => true,
  findings: () => [],
  historyUsable: () => true,
  certificates: () =>
    (['client', 'ca', 'gateway'] as const).map((certificate) => ({ certificate, expiresAt: new Date(0) })),
};

const view = (): MetricsView => SAMPLE;

const SECTIONS: readonly (readonly [string, (instruments: Instruments) => unknown])[] = [
  ['Of the leader', (instruments) => readLeader(instruments, view, () => 0)],
  ['Of every replica', (instruments) => readEveryReplica(instruments, view)],
  ['Pushes', countPushes],
  ['Rollouts and drift', countRollouts],
  ['Configuration and history', countConfig],
  ['Election, watches, credentials', countProcess],
];

/** Labels whose values are not known beforehand. */
const OPEN_LABELS = new Set(['gateway', 'revision', 'version']);

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('<', '&lt;');

async function table(registry: Registry): Promise<string> {
  const rows = (await registry.getMetricsAsJSON()).map(({ name, type, help, values }) => {
    const labels = new Map<string, Set<string>>();
    for (const value of values) {
      for (const [label, text] of Object.entries(value.labels)) {
        if (label === 'le') continue;
        labels.set(label, (labels.get(label) ?? new Set()).add(String(text)));
      }
    }
    const shown = [...labels].map(([label, texts]) =>
      OPEN_LABELS.has(label) ? `\`${label}\`` : `\`${label}\`: ${[...texts].join(', ')}`,
    );
    return `| \`${name}\` | ${String(type)} | ${cell(shown.join('; '))} | ${cell(help)} |`;
  });
  return [
    '<!-- prettier-ignore -->',
    '| Metric | Type | Labels | Meaning |',
    '|---|---|---|---|',
    ...rows,
  ].join('\n');
}

/** Of the many that Node.js has, differing from one system to the other, those to know. */
const OF_THE_PROCESS = [
  'silverback_build_info',
  'process_start_time_seconds',
  'process_cpu_seconds_total',
  'process_resident_memory_bytes',
  'nodejs_eventloop_lag_p99_seconds',
  'nodejs_eventloop_lag_max_seconds',
  'nodejs_heap_size_used_bytes',
];

function ofTheProcess(): Registry {
  const { registry } = createMetrics('');
  for (const { name } of registry.getMetricsAsArray()) {
    if (!OF_THE_PROCESS.includes(name)) registry.removeSingleMetric(name);
  }
  return registry;
}

/** docs/metrics.md: every metric of ours, section by section. */
export async function metricsPage(): Promise<string> {
  const sections = SECTIONS.map(([title, fill]) => {
    const registry = new Registry();
    fill(instrumentsOf(registry));
    return [title, registry] as const;
  });
  const tables = [...sections, ['The process', ofTheProcess()] as const].map(
    async ([title, registry]) => `## ${title}\n\n${await table(registry)}\n`,
  );
  return [INTRODUCTION, ...(await Promise.all(tables))].join('\n');
}
