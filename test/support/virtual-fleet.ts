import type { Revision } from '../../src/config/revision.js';
import type { Happening, Trouble } from '../../src/report/happening.js';
import { createFleet } from '../../src/rollout/fleet.js';
import type { Fleet, FleetPorts } from '../../src/rollout/fleet.js';
import type { Goal } from '../../src/rollout/plan.js';
import { beginTenure } from '../../src/rollout/tenure.js';
import type { Tenure } from '../../src/rollout/tenure.js';
import { createVirtualClock } from './virtual-clock.js';
import type { VirtualClock } from './virtual-clock.js';
import { createVirtualGateways } from './virtual-gateways.js';
import type { VirtualGateway, VirtualGateways } from './virtual-gateways.js';

/** What the controller was told of rollouts, in order. */
export interface Told {
  readonly what: 'rejected' | 'set-aside' | 'failed' | 'stopped' | 'proven' | 'succeeded';
  readonly revision: string;
  readonly at: number;
  readonly by?: string;
  readonly trouble?: Trouble;
}

/** A fleet under a virtual clock, with gateways at the addresses of its members. */
export interface VirtualFleet {
  readonly clock: VirtualClock;
  readonly gateways: VirtualGateways;
  readonly fleet: Fleet;
  readonly happenings: Happening[];
  readonly told: Told[];
  readonly gateway: (index: number) => VirtualGateway;
  readonly all: () => VirtualGateway[];
  /** How many gateways show it. */
  readonly on: (revision: Revision) => number;
  readonly goal: (goal: Partial<Goal>) => void;
  readonly members: (count: number) => void;
  readonly lead: (term?: number) => Tenure;
  readonly happened: <K extends Happening['kind']>(kind: K) => Extract<Happening, { kind: K }>[];
}

export const FLEET_SETTINGS: FleetPorts['settings'] = {
  concurrency: 10,
  partAtOnce: 1 / 4,
  pushTimeoutMs: 30_000,
  statusTimeoutMs: 5_000,
  retries: 3,
  resyncMs: 30_000,
  pendingMs: 10_000,
  vigilanceMs: 0,
  observe: false,
  drift: 'repair',
  canary: true,
  canaryHoldMs: 2_000,
};

export const memberAt = (index: number) => ({
  key: `uid-${index}`,
  name: `kong-${index}`,
  url: `http://10.0.0.${index}:8001`,
});

export function openVirtualFleet(
  options: {
    readonly settings?: Partial<FleetPorts['settings']>;
    readonly smoke?: FleetPorts['smoke'];
    readonly seed?: number;
    readonly changeSeenAt?: NonNullable<FleetPorts['changeSeenAt']>;
  } = {},
): VirtualFleet {
  const clock = createVirtualClock();
  const gateways = createVirtualGateways(clock);
  const happenings: Happening[] = [];
  const told: Told[] = [];
  let seed = options.seed ?? 1;
  let goal: Goal = { desired: undefined, lastGood: undefined, paused: false };
  let size = 0;
  const tell = (what: Told['what'], revision: Revision, rest: Partial<Told> = {}): void =>
    void told.push({ what, revision: revision.id, at: clock.now(), ...rest });
  const fleet = createFleet({
    clock,
    random: () => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647,
    admin: gateways,
    report: (happening) => happenings.push(happening),
    settings: { ...FLEET_SETTINGS, ...options.settings },
    smoke: options.smoke,
    ...(options.changeSeenAt !== undefined && { changeSeenAt: options.changeSeenAt }),
    onRejected: (member, revision, _body, canary) =>
      tell(canary ? 'rejected' : 'set-aside', revision, { by: member.name }),
    onFailed: (revision, trouble) => tell('failed', revision, { trouble }),
    onStopped: (revision, trouble) => tell('stopped', revision, { trouble }),
    onProven: (revision) => tell('proven', revision),
    onSucceeded: (revision) => tell('succeeded', revision),
  });
  const gateway = (index: number): VirtualGateway => gateways.at(memberAt(index).url);
  const all = (): VirtualGateway[] => Array.from({ length: size }, (_, index) => gateway(index));
  return {
    clock,
    gateways,
    fleet,
    happenings,
    told,
    gateway,
    all,
    on: ({ id }) => all().filter(({ hash }) => hash === id).length,
    goal(next) {
      goal = { ...goal, ...next };
      fleet.setGoal(goal);
    },
    members(count) {
      size = count;
      fleet.setMembers(Array.from({ length: count }, (_, index) => memberAt(index)));
    },
    lead(term = 1) {
      const tenure = beginTenure(term, () => true);
      fleet.lead(tenure);
      return tenure;
    },
    happened: <K extends Happening['kind']>(kind: K) =>
      happenings.filter((happening): happening is Extract<Happening, { kind: K }> => happening.kind === kind),
  };
}
