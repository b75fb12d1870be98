import type { Clock, Random } from '../clock/clock.js';
import { SECRETS } from '../kube/client/resource.js';
import { startWatchCache } from '../kube/watch-cache/watch-cache.js';
import type { Report, Trouble } from '../report/happening.js';
import { HistoryError } from './history-error.js';
import type { Pointer } from './pointer.js';
import type { HistoryRecord } from './record.js';
import { allow, missingSecret, recordText, secretTrouble } from './secret-cell.js';
import type { SecretPlace } from './secret-cell.js';
import type { Following } from './store.js';

export interface WatchOptions {
  readonly place: SecretPlace;
  readonly name: string;
  readonly pointer: Pointer;
  readonly clock: Clock;
  readonly random: Random;
  readonly onRecord: (record: HistoryRecord) => void;
  readonly onTrouble: (trouble: Trouble) => void;
}

/** Watches the pointer Secret alone: `resourceNames` allow that for a field selector on its name. */
export function watchRecord(options: WatchOptions): Following {
  const { place, name, pointer, clock, random, onRecord, onTrouble } = options;
  const { client, namespace } = place;
  let synced = false;
  /** What was told last: a record's text, or a trouble's words. */
  let told: string | undefined;

  const once = (what: string, tell: () => void): void => {
    if (told === what) return;
    told = what;
    tell();
  };
  const trouble = (problem: Trouble): void => once(`trouble ${problem.reason}`, () => onTrouble(problem));

  const take = ({ text, problem }: Reading): void => {
    synced = true;
    if (problem !== undefined) {
      trouble(problem.trouble);
      return;
    }
    try {
      const record = pointer.parse(text);
      once(`record ${text ?? ''}`, () => onRecord(record));
    } catch (error) {
      if (!(error instanceof HistoryError)) throw error;
      trouble(error.trouble);
    }
  };

  const report: Report = (happening) => {
    if (happening.kind === 'watch-failed') {
      const { reason, advice } = happening;
      // Whoever has to mend something does not come while everybody waits.
      if (advice !== undefined) synced = true;
      trouble({
        code: advice === undefined ? 'unreachable' : 'forbidden',
        reason: `Secret ${namespace}/${name} cannot be watched: ${reason}`,
        ...(advice !== undefined && { advice: allow(namespace, name) }),
      });
    } else if (happening.kind === 'watch-recovered') {
      // A trouble that comes back is told again.
      if (told?.startsWith('trouble ') === true) told = undefined;
    }
  };

  const cache = startWatchCache<Reading>({
    client,
    resource: SECRETS,
    namespace,
    fieldSelector: `metadata.name=${name}`,
    parse: (object) => readingOf(object, place, name),
    clock,
    random,
    report,
    onChange: (items) =>
      take(items.get(`${namespace}/${name}`) ?? { text: undefined, problem: missingSecret(namespace, name) }),
  });
  return { synced: () => synced, close: () => cache.stop() };
}

interface Reading {
  readonly text: string | undefined;
  readonly problem?: HistoryError;
}

function readingOf(object: unknown, place: SecretPlace, name: string): Reading {
  try {
    return { text: recordText(object) };
  } catch (error) {
    const problem = secretTrouble(error, place, name);
    if (!(problem instanceof HistoryError)) throw problem;
    return { text: undefined, problem };
  }
}
