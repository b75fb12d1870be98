import { UNKNOWN_NODE } from '../gateway/node.js';
import { nodeOf, NotYet } from './care.js';
import type { Care } from './care.js';

/** A gateway that answers /status and does not tell what it is, this many times in a row, is of an unknown kind. */
const MISSES = 3;
const AGAIN_MS = 250;

/**
 * Asks a gateway what it is, once: when it matters, for canaries are chosen by Kong's version and its plugins, or
 * when there is time (`idle`), so that it need not be asked then, and that a restart can be told.
 */
export async function getToKnow(care: Care, idle: boolean): Promise<void> {
  if (care.state().node !== undefined || !care.mayBegin()) return;
  if (!idle && !care.ports.choosing()) return;
  const node = await nodeOf(care);
  const nodeMisses = node === undefined ? care.state().nodeMisses + 1 : 0;
  care.become({
    ...care.state(),
    node: node ?? (nodeMisses >= MISSES ? UNKNOWN_NODE : undefined),
    nodeMisses,
  });
  if (care.state().node === undefined) throw new NotYet(AGAIN_MS);
}
