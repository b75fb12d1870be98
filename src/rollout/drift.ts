import { EMPTY_HASH } from '../config/revision.js';
import { serves } from '../gateway/assessment.js';
import type { Order } from '../gateway/assessment.js';
import type { Drift } from '../gateway/state.js';
import { nodeOf, NotYet } from './care.js';
import type { Care } from './care.js';

/** Changed this often within the window, a gateway is under somebody else's hand, and that is said once. */
const CONTESTED_TIMES = 3;
const CONTESTED_WINDOW_MS = 10 * 60_000;
/** From then on it is put back ever more slowly (ms). */
const REPAIR_PAUSE_MS = 30_000;
const REPAIR_PAUSE_CAP_MS = 10 * 60_000;

const isContested = ({ times }: Drift): boolean => times >= CONTESTED_TIMES;

/** Whether somebody else was seen to change it again and again, and not long ago. */
export function isContestedAt(drift: Drift | undefined, now: number): boolean {
  return (
    drift !== undefined && isContested(drift) && now - drift.at < repairPauseMs(drift) + CONTESTED_WINDOW_MS
  );
}

const repairPauseMs = ({ times }: Drift): number =>
  Math.min(REPAIR_PAUSE_CAP_MS, REPAIR_PAUSE_MS * 2 ** Math.min(times - CONTESTED_TIMES, 10));

/**
 * What it should have shown, if it was changed, and not by us.
 * @param order what is wanted of it, now that it shows `hash`
 */
export function expectedInstead(care: Care, hash: string, order: Order): string | undefined {
  const { ports } = care;
  const state = care.state();
  if (order.fine.some((revision) => serves(state, revision, hash))) return undefined;
  if (state.phase === 'in-sync') {
    return state.hash === hash || state.unsettled?.hash === hash ? undefined : state.served;
  }
  // Never looked at before: while nothing is being rolled out there is only one thing it can be expected to serve.
  return state.lookedAt === undefined && hash !== EMPTY_HASH ? ports.settled()?.id : undefined;
}

/** Whether another process than the one we know shows this: one that has loaded a file at its start. */
async function hasRestarted(care: Care): Promise<boolean> {
  const { lookedAt, node: before } = care.state();
  if (lookedAt === undefined) return care.ports.newcomer;
  if (before === undefined) return false;
  const node = await nodeOf(care);
  if (node === undefined || node.id === before.id) return false;
  care.become({ ...care.state(), node });
  return true;
}

async function kindOf(care: Care, hash: string): Promise<Drift['kind']> {
  if (hash === EMPTY_HASH) return 'empty';
  if (care.ports.isOurs(hash)) return 'older';
  return (await hasRestarted(care)) ? 'file' : 'foreign';
}

/** Counts the changes that belong together: one that comes long after the others begins a new count. */
function counted(before: Drift | undefined, now: number): Pick<Drift, 'times' | 'since'> {
  if (before === undefined) return { times: 1, since: now };
  const together =
    isContestedAt(before, now) || (!isContested(before) && now - before.since < CONTESTED_WINDOW_MS);
  return together ? { times: before.times + 1, since: before.since } : { times: 1, since: now };
}

/** Tells of a gateway that was changed by others than us, and by what, going by the hash that it shows instead of the expected. */
export async function tellOfDrift(care: Care, hash: string, expected: string): Promise<void> {
  const { member, ports } = care;
  const kind = await kindOf(care, hash);
  const now = ports.clock.now();
  const object = member.object !== undefined && { object: member.object };
  const repair = kind === 'empty' || ports.settings.drift === 'repair';
  ports.report({
    kind: 'drift',
    gateway: member.name,
    ...object,
    expected,
    found: hash,
    cause: kind,
    repair,
  });
  // An empty one is a restart: that it comes again and again is the pod's trouble, and nobody else's hand.
  if (kind === 'empty') return;
  const before = care.state().drift;
  const drift: Drift = { kind, hash, expected, at: now, ...counted(before, now) };
  care.become({ ...care.state(), drift });
  if (drift.times === CONTESTED_TIMES) {
    ports.report({ kind: 'drift-contested', gateway: member.name, ...object, expected, times: drift.times });
  }
}

/**
 * Whether a gateway that others changed is to be left as it is; throws NotYet where it is put back later. A revision
 * that is new to it goes ahead.
 */
export function holdRepair(care: Care): boolean {
  const { drift, hash } = care.state();
  const { load } = care.order();
  if (drift === undefined || drift.hash !== hash || drift.expected !== load?.id) return false;
  if (care.ports.settings.drift === 'report') return true;
  if (!isContested(drift)) return false;
  const leftMs = drift.at + repairPauseMs(drift) - care.ports.clock.now();
  if (leftMs > 0) throw new NotYet(leftMs, false);
  return false;
}
