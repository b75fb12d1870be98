import type { Values } from '../../src/settings/read.js';
import { RESEND_MS } from './network.js';

// How long things may take once nothing goes wrong any more, put together from the settings and from what the code promises (ms).

/** A clock may be this slow. */
const SLOWEST = 0.95;
/** A page of a list that was lost, by its time limit (kube/client/client.ts), then the longest backoff (kube/backoff.ts). */
const PAGE_TIMEOUT_MS = 30_000;
const KUBE_BACKOFF_MS = 30_000;
/** The longest pause between two tries to write the record (controller/keeper.ts): a person sees a hold only there. */
const RECORD_PAUSE_MS = 30_000;
/** How long a compilation takes here, at most (compiler.ts), and how often somebody looks for what to let go (run-seed.ts). */
const COMPILED_MS = 2_000;
const LET_GO_MS = 500;
/** The longest backoff of a gateway (gateway/backoff.ts); five pushes in a row that fail are more than it has troubles. */
const GATEWAY_BACKOFF_MS = 30_000;
/** A rollout that was stopped is tried again after 60 s, the second time after 120 s (rollout/gatekeeper.ts); a third takes longer than troubles last. */
const STOPPED_MS = 120_000;
/** Somebody who writes to a gateway four times has it repaired a minute later (rollout/drift.ts; MOST_WRITES in nemesis.ts). */
const CONTESTED_MS = 60_000;
/** What is left of a cut push is waited for (loadAllowanceMs), and rests four times as long (gateway/state.ts). */
const ALLOWANCE_MS = 5_000;
const REST_MS = 4 * ALLOWANCE_MS;
/** A load, by the longest that is not endless (nemesis.ts), and until its hash is tolerated to be missing (gateway/state.ts). */
const LOAD_MS = 4_000 + 3_000;
/** Candidates look after 1 to 1 + 1.2 retry periods (election/settings.ts). */
const LOOK_FACTOR = 2.2;

/** @param gateways how many load one after the other, where the bound is 1 */
export function convergenceMs(values: Values, gateways: number): number {
  // Watches that broke list anew; nobody stands for election before.
  const caches = RESEND_MS + PAGE_TIMEOUT_MS + KUBE_BACKOFF_MS;
  // The last leader's lease runs out, somebody looks, loses that try by its time limit, and looks again.
  const look = LOOK_FACTOR * values['retry-period'];
  const election = values['lease-duration'] + look + values['renew-deadline'] / 2 + look;
  // What the sources say is compiled; where it waits for a person, that is written and let go.
  const decision = 10 * values.debounce + COMPILED_MS + RECORD_PAUSE_MS + LET_GO_MS;
  // One of these holds a gateway up, and no two at once.
  const lostPush =
    values['proxy-timeout-seconds'] +
    GATEWAY_BACKOFF_MS +
    values['gateway-discovery-readiness-check-timeout'];
  const waiting = Math.max(lostPush, STOPPED_MS, CONTESTED_MS) + ALLOWANCE_MS + REST_MS;
  const canary = LOAD_MS + values['canary-hold'];
  return (caches + election + decision + waiting + canary + gateways * LOAD_MS) / SLOWEST;
}
