import type { Revision } from '../../config/revision.js';
import { restLeftMs } from '../../gateway/load.js';
import type { FleetEntry } from '../../rollout/fleet.js';
import type { DriftStatus, GatewayStatus } from '../../server/diagnostics/status.js';

export interface GatewayFacts {
  /** Followers contact no gateway: what they would say of one means nothing. */
  readonly leading: boolean;
  readonly desired: Revision | undefined;
  readonly canaries: readonly string[];
  /** Ids of revisions of ours. */
  readonly known: ReadonlySet<string>;
  readonly drift: (gateway: string) => DriftStatus | undefined;
  /** Monotonic. */
  readonly now: number;
  readonly wallTime: (monotonic: number) => string;
}

const byName = (one: GatewayStatus, other: GatewayStatus): number =>
  one.name < other.name ? -1 : one.name > other.name ? 1 : 0;

export function gatewaysOf(entries: readonly FleetEntry[], facts: GatewayFacts): GatewayStatus[] {
  return entries.map((entry) => gatewayOf(entry, facts)).sort(byName);
}

function gatewayOf({ member, state }: FleetEntry, facts: GatewayFacts): GatewayStatus {
  const { name, url, object, node, zone, ready } = member;
  const place = {
    name,
    url,
    ...(object !== undefined && { pod: object }),
    ...(node !== undefined && { node }),
    ...(zone !== undefined && { zone }),
    ...(ready !== undefined && { ready }),
  };
  if (!facts.leading) return { ...place, phase: 'unknown', current: false, canary: false, failures: 0 };
  const { desired, known, now, wallTime } = facts;
  const { phase, hash, served, lookedAt, failures, lastLoad, node: kong } = state;
  const current = phase === 'in-sync' && desired !== undefined && served === desired.id;
  // A gateway that shows a hash of its own for a revision of ours was believed (see `serves`).
  const revision = hash !== undefined && known.has(hash) ? hash : phase === 'in-sync' ? served : undefined;
  const drift = facts.drift(name);
  const restMs = Math.round(restLeftMs(state, now));
  return {
    ...place,
    ...(kong !== undefined && { kongVersion: kong.version }),
    phase,
    since: wallTime(state.since),
    current,
    canary: facts.canaries.includes(name),
    ...(hash !== undefined && { hash }),
    ...(revision !== undefined && { revision }),
    ...(lookedAt !== undefined && { lookedAt: wallTime(lookedAt) }),
    ...(state.trouble !== undefined && { trouble: state.trouble }),
    failures,
    ...(lastLoad !== undefined && { lastLoadMs: Math.round(lastLoad.durationMs) }),
    ...(drift !== undefined && { drift }),
    ...(restMs > 0 && { restMs }),
  };
}
