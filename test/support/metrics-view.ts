import type { GatewayView, MetricsView } from '../../src/report/metrics/view.js';

export const DESIRED = '0123456789abcdef0123456789abcdef';

export const gatewaysIn = (...states: GatewayView['state'][]): GatewayView[] =>
  states.map((state, index) => ({ name: `kong-${index + 1}`, state, contested: false }));

/** A leader of three gateways with nothing to complain of. */
export const HEALTHY: MetricsView = {
  leading: () => true,
  term: () => 7,
  revisions: () => ({ desired: DESIRED, last_good: DESIRED }),
  gateways: () => gatewaysIn('in-sync', 'in-sync', 'in-sync'),
  rollout: () => 'idle',
  judged: () => true,
  held: () => false,
  valid: () => true,
  findings: () => [],
  historyUsable: () => true,
  certificates: () => [],
};

/** A replica that does not lead, though it did, and remembers. */
export const FOLLOWING: MetricsView = { ...HEALTHY, leading: () => false };
