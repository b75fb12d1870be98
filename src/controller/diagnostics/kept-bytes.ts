// The bytes of a revision that somebody names.
import type { Revision } from '../../config/revision.js';
import { HistoryError } from '../../history/history-error.js';
import { keptRevision } from '../../history/record.js';
import { words } from '../../report/line.js';
import { ApiError } from '../../server/diagnostics/source.js';
import type { ControllerView } from './view.js';

const inMemory = ({ fleet, steering, keeper, loop }: ControllerView): Revision[] =>
  [fleet.desired(), steering.standing()?.revision, loop.said()?.held, keeper.lastGood()].filter(
    (revision) => revision !== undefined,
  );

function idOf(view: ControllerView, written: string): string {
  if (!/^[0-9a-f]{8,32}$/i.test(written))
    throw new ApiError(400, 'bad-revision', 'a revision is named by its first 8 hex digits or more');
  const start = written.toLowerCase();
  const known = [...inMemory(view), ...view.keeper.record().revisions].map(({ id }) => id);
  const [found, ...others] = new Set(known.filter((id) => id.startsWith(start)));
  if (found === undefined)
    throw new ApiError(404, 'no-such-revision', 'no revision that is kept, desired or held begins so');
  if (others.length > 0)
    throw new ApiError(400, 'ambiguous-revision', 'several revisions begin so: give more digits');
  return found;
}

/**
 * @param written an id or the beginning of one; desired unless given
 * @throws ApiError where there is none, or more than one, or its bytes cannot be had
 */
export async function revisionNamed(
  view: ControllerView,
  written: string | undefined,
): Promise<Pick<Revision, 'id' | 'bytes'>> {
  if (written === undefined) {
    const desired = view.fleet.desired();
    if (desired === undefined) throw new ApiError(404, 'no-such-revision', 'nothing is desired yet');
    return desired;
  }
  const id = idOf(view, written);
  const known = inMemory(view).find((revision) => revision.id === id);
  if (known !== undefined) return known;
  const kept = keptRevision(view.keeper.record(), id);
  if (kept === undefined) throw new ApiError(404, 'no-such-revision', 'it is kept no longer');
  try {
    return await view.load(kept);
  } catch (error) {
    if (!(error instanceof HistoryError)) throw error;
    throw new ApiError(503, 'history-trouble', `its bytes cannot be had: ${words(error.trouble)}`);
  }
}
