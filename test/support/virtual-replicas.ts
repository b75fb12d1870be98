import { createClient } from '../../src/kube/client/client.js';
import { startElection, type Elector } from '../../src/kube/election/election.js';
import type { ElectionTimes } from '../../src/kube/election/settings.js';
import type { Happening } from '../../src/report/happening.js';
import type { VirtualClock } from './virtual-clock.js';
import type { VirtualKube, VirtualNetwork } from './virtual-kube.js';
import { createVirtualProcess, type ProcessOptions, type VirtualProcess } from './virtual-process.js';

/** A process that takes part in an election under a virtual clock. */
export interface VirtualReplica {
  readonly identity: string;
  readonly process: VirtualProcess;
  readonly network: VirtualNetwork;
  readonly elector: Elector;
  readonly happenings: Happening[];
  /** Alive and inside its time, whether it runs or is stopped. */
  leads(): boolean;
}

export interface ReplicaOptions extends ProcessOptions, Partial<ElectionTimes> {
  readonly network?: Partial<VirtualNetwork>;
  readonly random?: () => number;
  readonly onChange?: (leading: boolean) => void;
  readonly crash?: (error: unknown) => void;
}

export const TEST_TIMES: ElectionTimes = {
  leaseDurationMs: 15_000,
  renewDeadlineMs: 10_000,
  retryPeriodMs: 2_000,
};
export const TEST_LEASE = { namespace: 'kong', name: 'test-kong' };

export function startVirtualReplica(
  clock: VirtualClock,
  kube: VirtualKube,
  identity: string,
  options: ReplicaOptions = {},
): VirtualReplica {
  const process = createVirtualProcess(clock, options);
  const { send, network } = kube.connect(process, options.network);
  const happenings: Happening[] = [];
  const elector = startElection({
    ...TEST_TIMES,
    ...options,
    client: createClient({ send, clock: process.clock }),
    clock: process.clock,
    random: options.random ?? seededRandom(identity),
    leaseName: TEST_LEASE.name,
    namespace: TEST_LEASE.namespace,
    identity,
    report: (happening) => happenings.push(happening),
  });
  if (options.onChange !== undefined) elector.onChange(options.onChange);
  return {
    identity,
    process,
    network,
    elector,
    happenings,
    leads: () => process.alive() && elector.isLeader(),
  };
}

/** Random numbers that are the same in every run (mulberry32). */
export function seededRandom(seed: string): () => number {
  let state = Buffer.from(seed).reduce((hash, byte) => Math.imul(hash ^ byte, 16777619), 2166136261);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
