// What a sync would do, gateway by gateway.
import { EMPTY_HASH, shortId } from '../../config/revision.js';
import type { Revision } from '../../config/revision.js';
import { changesLine, words } from '../../report/line.js';
import { diffText } from '../diff/text.js';
import type { Painter } from './progress.js';
import type { Look } from './served.js';

/** @param verbose every change, once for all gateways that serve the same */
export function* dryRunLines(
  revision: Revision,
  looks: readonly Look[],
  holds: readonly string[],
  verbose: boolean,
  paint: Painter,
): Generator<string> {
  const told = new Map<string, string>();
  for (const look of looks) {
    const { member, shown, difference } = look;
    yield `${member.name}: ${meaning(revision, look)}`;
    if (!verbose || !('hash' in shown) || difference === undefined || 'trouble' in difference) continue;
    const same = told.get(shown.hash);
    if (same !== undefined) {
      yield `  the same as at ${same}`;
      continue;
    }
    told.set(shown.hash, member.name);
    const text = diffText(difference.diff, (colour, part) => paint(colour, part));
    for (const line of text.trimEnd().split('\n')) yield line === '' ? '' : `  ${line}`;
  }
  for (const hold of holds) yield paint('yellow', `held: ${hold}`);
  yield paint('bold', `nothing was pushed (--dry-run); revision ${shortId(revision.id)}`);
}

function meaning({ id, counts }: Revision, { shown, difference }: Look): string {
  if ('trouble' in shown) return `cannot be reached: ${words(shown.trouble)}`;
  if (shown.hash === id) return 'has it already';
  if (shown.hash === EMPTY_HASH) {
    const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
    return `serves nothing, a push adds all ${total} entities`;
  }
  if (difference === undefined || 'trouble' in difference)
    return `serves ${shortId(shown.hash)}, which could not be read${difference === undefined ? '' : `: ${words(difference.trouble)}`}`;
  return `serves ${shortId(shown.hash)}, a push ${changesLine(difference.changes)}`;
}
