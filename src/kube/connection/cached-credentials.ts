import type { Clock } from '../../clock/clock.js';
import type { Credentials, KubeConnection } from './connection.js';

/** As often as client-go reads a service account's token again; the kubelet renews it long before it expires. */
const FRESH_MS = 60_000;
/** However many calls are refused, files are read and plugins run no more often than this. */
const REFUSED_PAUSE_MS = 1_000;

/**
 * Keeps credentials for a minute and reads them once for all who wait. After a refusal they are read again at once, unless that
 * was done while the refused request was under way. When reading again fails, the old ones stay in use: a token that cannot be
 * read for a moment is usually still good.
 *
 * @param read reads them now; `renew` asks for new ones even where a source has a cache of its own
 */
export function cachedCredentials(
  clock: Clock,
  read: (renew: boolean) => Promise<Credentials>,
): KubeConnection['credentials'] {
  let kept: { readonly value: Credentials; readonly at: number } | undefined;
  let reading: Promise<Credentials> | undefined;

  async function readOnce(renew: boolean): Promise<Credentials> {
    try {
      kept = { value: await read(renew), at: clock.now() };
    } catch (error) {
      if (kept === undefined) throw error;
      kept = { value: kept.value, at: clock.now() };
    } finally {
      reading = undefined;
    }
    return kept.value;
  }

  return async (refused) => {
    if (reading !== undefined) return reading;
    if (kept !== undefined) {
      const age = clock.now() - kept.at;
      const wanted = refused !== kept.value ? age >= FRESH_MS : age >= REFUSED_PAUSE_MS;
      if (!wanted) return kept.value;
    }
    reading = readOnce(refused !== undefined);
    return reading;
  };
}
