// What keeps a configuration from being pushed until somebody says that it is meant.
import { drasticReasons } from '../../controller/drastic.js';
import type { AdminApi } from '../../gateway/admin-api.js';
import { EMPTY_HASH } from '../../config/revision.js';
import type { Trouble } from '../../report/happening.js';
import { words } from '../../report/line.js';
import type { Member } from '../../rollout/care.js';
import type { Values } from '../../settings/read.js';
import type { Look, Onlooker } from './served.js';

type Settings = Pick<Values, 'allow-removal' | 'adopt' | 'max-shrink'>;

/** Why a gateway that serves something else must not get it; empty where it may. */
export function objectionsTo({ member, difference }: Look, settings: Settings): string[] {
  if (difference === undefined) return [];
  if ('trouble' in difference) {
    if (settings.adopt) return [];
    return [
      `gateway ${member.name}: what it serves could not be read, so that nobody knows what would be lost: ` +
        `${words(difference.trouble)}; --adopt replaces it nevertheless`,
    ];
  }
  if (settings['allow-removal']) return [];
  const { changes, before } = difference;
  const advice = '--allow-removal if that is meant';
  return drasticReasons(changes, before, settings['max-shrink'], advice).map(
    (reason) => `gateway ${member.name}: ${reason}`,
  );
}

/**
 * Looks once more right before a push to a gateway that shows something nobody has looked at: one that could not be reached
 * before, or was changed since.
 *
 * @param cleared the hashes that may be replaced
 */
export function guarded<A extends AdminApi>(
  admin: A,
  cleared: Set<string>,
  onlooker: Onlooker,
  settings: Settings,
): A {
  const shown = new Map<string, string>();
  const objection = async (member: Member, hash: string): Promise<Trouble | undefined> => {
    const difference = await onlooker.differenceAt(member, hash);
    const [reason] = objectionsTo({ member, shown: { hash }, difference }, settings);
    return reason === undefined ? undefined : { code: 'held', reason };
  };
  return {
    ...admin,
    async status(gateway, signal) {
      const answer = await admin.status(gateway, signal);
      if (answer.kind === 'status') shown.set(gateway.key, answer.hash);
      return answer;
    },
    async push(gateway, revision, options) {
      const hash = shown.get(gateway.key) ?? EMPTY_HASH;
      if (hash !== EMPTY_HASH && hash !== revision.id && !cleared.has(hash)) {
        const trouble = await objection(gateway, hash);
        if (trouble !== undefined) return { kind: 'refused', trouble };
        cleared.add(hash);
      }
      return admin.push(gateway, revision, options);
    },
  };
}
