import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { countHappenings } from './counters.js';
import type { Report } from './happening.js';

/** What is read at each scrape, so that no series outlives what it is about. */
export interface MetricsView {
  readonly leading: () => boolean;
  readonly term: () => number;
  readonly desired: () => string | undefined;
  /** How many gateways are in each phase. */
  readonly gatewaysByState: () => ReadonlyMap<string, number>;
  /** Where the rollout stands, one of {@link ROLLOUT_STATES}. */
  readonly rollout: () => string;
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

export const ROLLOUT_STATES = [
  'idle',
  'choosing',
  'canary',
  'rolling',
  'paused',
  'withdrawn',
  'stopped',
] as const;

export interface Metrics {
  readonly registry: Registry;
  readonly report: Report;
  /** Tells the metrics what to read at a scrape; until then those series are absent. */
  readonly attach: (view: MetricsView) => void;
}

/** Prometheus metrics of everything that happens. Names follow Prometheus' conventions: base units, `_total`. */
export function createMetrics(version: string): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  let view: MetricsView | undefined;
  new Gauge({
    name: 'silverback_build_info',
    help: 'The version that runs; always 1',
    labelNames: ['version'],
    registers: [registry],
  }).set({ version }, 1);
  registerView(registry, () => view);
  return {
    registry,
    report: countHappenings(registry),
    attach(next) {
      view = next;
    },
  };
}

function registerView(registry: Registry, view: () => MetricsView | undefined): void {
  const registers = [registry];
  const gauge = (name: string, help: string, read: (view: MetricsView) => number): void => {
    new Gauge({
      name: `silverback_${name}`,
      help,
      registers,
      collect() {
        const now = view();
        // A gauge without labels is born as 0, which would say something.
        if (now === undefined) this.remove();
        else this.set(read(now));
      },
    });
  };
  gauge('leader', 'Whether this replica leads: 1 or 0', (now) => Number(now.leading()));
  gauge(
    'leader_term',
    'The term that this replica leads or led last (leaseTransitions of the Lease)',
    (now) => now.term(),
  );
  gauge('config_valid', 'Whether the newest configuration passed validation: 1 or 0', (now) =>
    Number(now.valid()),
  );
  gauge(
    'config_held',
    'Whether the newest configuration is held back until somebody decides: 1 or 0',
    (now) => Number(now.held()),
  );
  new Gauge({
    name: 'silverback_desired_revision_info',
    help: 'The revision that every gateway should serve, by its configuration hash; always 1',
    labelNames: ['revision'],
    registers,
    collect() {
      this.reset();
      const revision = view()?.desired();
      if (revision !== undefined) this.set({ revision }, 1);
    },
  });
  new Gauge({
    name: 'silverback_gateways',
    help: 'Gateways by state, as the leader sees them; a follower contacts none and knows them as unknown',
    labelNames: ['state'],
    registers,
    collect() {
      const counts = view()?.gatewaysByState();
      if (counts === undefined) return;
      for (const state of GATEWAY_STATES) this.set({ state }, counts.get(state) ?? 0);
    },
  });
  new Gauge({
    name: 'silverback_rollout',
    help: 'Where the rollout stands: 1 for its state, 0 for the others',
    labelNames: ['state'],
    registers,
    collect() {
      const now = view()?.rollout();
      if (now === undefined) return;
      for (const state of ROLLOUT_STATES) this.set({ state }, Number(state === now));
    },
  });
}
