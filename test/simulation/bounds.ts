/** How long things may take once nothing goes wrong any more, put together from what the code promises (ms). */

/** A clock may be this slow. */
const SLOWEST = 0.95;
/** A list that was lost, by its time limit (kube/client/client.ts), then the longest backoff (kube/backoff.ts). */
const CACHES_MS = 30_000 + 30_000;
/** The dead leader's Lease runs out, a candidate looks, and its first try was lost with half a renew deadline. */
const ELECTION_MS = 15_000 + 2 * 2.2 * 2_000 + 5_000;
/** A push that was lost, by --proxy-timeout-seconds; the longest backoff (gateway/backoff.ts); a look. */
const GATEWAY_MS = 30_000 + 30_000 + 5_000;
/** What is left of a cut push is waited for, then a load, then its hash. */
const LOAD_MS = 5_000 + 4_000 + 3_000;
/** Loads one after the other, where the bound is 1: nine gateways. */
const TURNS_MS = 9 * 4_000;

export const CONVERGENCE_MS = (CACHES_MS + ELECTION_MS + GATEWAY_MS + LOAD_MS + TURNS_MS) / SLOWEST;
