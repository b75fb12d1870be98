import { UNKNOWN_NODE } from '../gateway/node.js';
import { nodeOf, NotYet, pauseUnlessOver } from './care.js';
import type { Care, Next } from './care.js';

/** A gateway that answers /status and does not tell what it is, this many times in a row, is of an unknown kind. */
const MISSES = 3;
const AGAIN_MS = 250;

/**
 * Asks a gateway what it is, once: when it matters, for canaries are chosen by Kong's version and its plugins, or
 * when there is time (`idle`), so that it need not be asked then, and that a restart can be told.
 */
export async function getToKnow(care: Care, idle: boolean): Promise<Next> {
  const { node: known } = care.state();
  if (known !== undefined && (known !== UNKNOWN_NODE || !idle)) return 'rest';
  if (!idle && !care.ports.choosing()) return 'rest';
  if (!care.mayBegin()) {
    pauseUnlessOver(care);
    return 'rest';
  }
  const node = await nodeOf(care);
  const nodeMisses = node === undefined ? care.state().nodeMisses + 1 : 0;
  care.become({
    ...care.state(),
    node: node ?? (nodeMisses >= MISSES ? UNKNOWN_NODE : undefined),
    nodeMisses,
  });
  const now = care.state().node;
  if (now === undefined) throw new NotYet(AGAIN_MS);
  if (now === known) return 'rest';
  // What it may load may hang on what it is.
  const { load } = care.order();
  return load !== undefined && load.id !== care.state().served ? 'look-again' : 'rest';
}
