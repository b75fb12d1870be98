import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Happening, Report } from './happening.js';

/** What is read at each scrape, so that no series outlives what it is about. */
export interface MetricsView {
  readonly leading: () => boolean;
  readonly term: () => number;
  readonly desired: () => string | undefined;
  /** How many gateways are in each phase. */
  readonly gatewaysByState: () => ReadonlyMap<string, number>;
  readonly held: () => boolean;
  readonly valid: () => boolean;
}

export const GATEWAY_STATES = [
  'unknown',
  'probing',
  'in-sync',
  'out-of-sync',
  'pushing',
  'verifying',
  'unreachable',
  'rejected',
  'refused',
  'busy',
] as const;

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120];

export interface Metrics {
  readonly registry: Registry;
  readonly report: Report;
  /** Tells the metrics what to read at a scrape; until then those series are absent. */
  readonly attach: (view: MetricsView) => void;
}

/** Prometheus metrics of everything that happens. Names follow Prometheus' conventions: base units, `_total`. */
export function createMetrics(version: string): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  let view: MetricsView | undefined;

  const gauge = (name: string, help: string, read: (view: MetricsView) => number): void => {
    new Gauge({
      name: `silverback_${name}`,
      help,
      registers,
      collect() {
        if (view !== undefined) this.set(read(view));
      },
    });
  };
  const counter = <L extends string>(name: string, help: string, labelNames: readonly L[] = []): Counter<L> =>
    new Counter({ name: `silverback_${name}_total`, help, labelNames: [...labelNames], registers });
  const histogram = <L extends string>(
    name: string,
    help: string,
    labelNames: readonly L[] = [],
  ): Histogram<L> =>
    new Histogram({
      name: `silverback_${name}_seconds`,
      help,
      labelNames: [...labelNames],
      buckets: SECONDS,
      registers,
    });

  new Gauge({
    name: 'silverback_build_info',
    help: 'The version that runs; always 1',
    labelNames: ['version'],
    registers,
  }).set({ version }, 1);
  gauge('leader', 'Whether this replica leads: 1 or 0', (now) => (now.leading() ? 1 : 0));
  gauge(
    'leader_term',
    'The term that this replica leads or led last (leaseTransitions of the Lease)',
    (now) => now.term(),
  );
  gauge('config_valid', 'Whether the newest configuration passed validation: 1 or 0', (now) =>
    now.valid() ? 1 : 0,
  );
  gauge(
    'config_held',
    'Whether the newest configuration is held back until somebody decides: 1 or 0',
    (now) => (now.held() ? 1 : 0),
  );
  new Gauge({
    name: 'silverback_desired_revision_info',
    help: 'The revision that every gateway should serve, by its configuration hash; always 1',
    labelNames: ['revision'],
    registers,
    collect() {
      this.reset();
      const revision = view?.desired();
      if (revision !== undefined) this.set({ revision }, 1);
    },
  });
  new Gauge({
    name: 'silverback_gateways',
    help: 'Gateways by state, as the leader sees them; a follower contacts none and knows them as unknown',
    labelNames: ['state'],
    registers,
    collect() {
      if (view === undefined) return;
      const counts = view.gatewaysByState();
      for (const state of GATEWAY_STATES) this.set({ state }, counts.get(state) ?? 0);
    },
  });

  const pushes = counter(
    'pushes',
    'Pushes by result: accepted, same, rejected, refused, busy, failed, unknown, unreachable, withdrawn',
    ['result', 'code'],
  );
  const pushBytes = counter('push_bytes', 'Bytes of configuration in the pushes that were begun');
  const pushSeconds = histogram('push_duration', 'From the first byte of a push to the end of the answer', [
    'result',
  ]);
  const skipped = counter(
    'pushes_skipped',
    'Gateways that were found on the desired revision, so that nothing was pushed',
  );
  const retries = counter('retries', 'Retries by what went wrong', ['code']);
  const late = counter(
    'pushes_late',
    'Pushes that took far longer than others and gave up their place in the bound',
  );
  const drift = counter('drift', 'Gateways found off the revision they had been on: empty or foreign', [
    'kind',
  ]);
  const observed = counter('pushes_withheld', 'Pushes that --observe withheld');
  const refused = counter('revisions_rejected', 'Revisions rejected by a gateway with 400');
  const converged = histogram(
    'convergence',
    'From a change of what is desired, or of the fleet, until every gateway serves it',
  );
  const lastConverged = new Gauge({
    name: 'silverback_last_convergence_timestamp_seconds',
    help: 'When every gateway was last seen to serve the desired revision',
    registers,
  });
  const compiles = histogram(
    'config_compile_duration',
    'Parsing, merging, validating and sealing the sources',
    ['result'],
  );
  const holds = counter('config_holds', 'Configurations that were held, by why', ['code']);
  const findings = new Gauge({
    name: 'silverback_config_findings',
    help: 'Findings about the newest configuration by severity',
    labelNames: ['severity'],
    registers,
  });
  const vanished = counter('sources_vanished', 'Sources that vanished or lost all of their configuration');
  const unreadable = counter('sources_unreadable', 'Sources that could not be read');
  const elections = counter('leader_elections', 'Times this replica was elected');
  const losses = counter('leader_losses', 'Times this replica lost the lease without laying it down');
  const renewals = counter('lease_renewal_failures', 'Renewals of the lease that failed');
  const watches = counter(
    'watch_restarts',
    'Watches that ended and were begun again, by resource and whether by a new list',
    ['resource', 'relist'],
  );
  const watchFailures = counter('watch_failures', 'Lists and watches that failed', ['resource']);
  const rotations = counter(
    'credential_rotations',
    'Changes of the Admin API credentials that were taken up',
  );

  const count = (happening: Happening): void => {
    switch (happening.kind) {
      case 'push-started':
        return pushBytes.inc(happening.bytes);
      case 'push-ended': {
        const { result, durationMs, trouble } = happening;
        pushes.inc({ result, code: trouble?.code ?? '' });
        return pushSeconds.observe({ result }, durationMs / 1000);
      }
      case 'push-skipped':
        return skipped.inc();
      case 'push-late':
        return late.inc();
      case 'would-push':
        return observed.inc();
      case 'retry':
        return retries.inc({ code: happening.trouble.code });
      case 'drift':
        return drift.inc({ kind: /^0+$/.test(happening.found) ? 'empty' : 'foreign' });
      case 'revision-refused':
        return refused.inc();
      case 'converged':
        lastConverged.setToCurrentTime();
        return converged.observe(happening.durationMs / 1000);
      case 'config-compiled':
      case 'config-invalid': {
        compiles.observe(
          { result: happening.kind === 'config-compiled' ? 'valid' : 'invalid' },
          happening.durationMs / 1000,
        );
        for (const severity of ['error', 'hold', 'warning'] as const) {
          findings.set(
            { severity },
            happening.findings.filter((finding) => finding.severity === severity).length,
          );
        }
        return;
      }
      case 'config-held':
        for (const code of happening.codes) holds.inc({ code });
        return;
      case 'source-vanished':
        return vanished.inc();
      case 'source-unreadable':
      case 'object-unreadable':
        return unreadable.inc();
      case 'leader-elected':
        return elections.inc();
      case 'leadership-lost':
        return losses.inc();
      case 'lease-renewal-failed':
        return renewals.inc();
      case 'watch-restarted':
        return watches.inc({ resource: happening.resource, relist: String(happening.relist) });
      case 'watch-failed':
        return watchFailures.inc({ resource: happening.resource });
      case 'credentials-rotated':
        return rotations.inc();
      default:
        return;
    }
  };

  return {
    registry,
    report: count,
    attach(next) {
      view = next;
    },
  };
}
