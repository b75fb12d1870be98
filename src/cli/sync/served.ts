// What the gateways serve before a push, and what the push would make of it.
import type { Clock } from '../../clock/clock.js';
import type { Compiler, SourceText } from '../../config/compile.js';
import { countChanges } from '../../config/diff/change-counts.js';
import type { ChangeCounts, CountByType } from '../../config/diff/change-counts.js';
import type { ConfigDiff } from '../../config/diff/diff.js';
import { EMPTY_HASH } from '../../config/revision.js';
import type { Revision } from '../../config/revision.js';
import type { AdminApi } from '../../gateway/admin-api.js';
import { readLiveConfig } from '../../gateway/live-config.js';
import type { AdminReader } from '../../gateway/schemas.js';
import type { Trouble } from '../../report/happening.js';
import type { Member } from '../../rollout/care.js';
import { bounded } from '../../rollout/pause.js';

/** What is to be pushed. */
export interface Candidate {
  readonly compiler: Compiler;
  readonly texts: readonly SourceText[];
  readonly revision: Revision;
}

/** What a push would change there. */
export interface Difference {
  readonly changes: ChangeCounts;
  /** How many entities it serves, by type. */
  readonly before: CountByType;
  readonly diff: ConfigDiff;
}

export interface Look {
  readonly member: Member;
  /** The hash it shows, or why it shows none. */
  readonly shown: { readonly hash: string } | { readonly trouble: Trouble };
  /** Where it shows another configuration than the one to be pushed. */
  readonly difference?: Difference | { readonly trouble: Trouble };
}

/** Kong needs 12 s to show 20,000 entities (ms). */
const CONFIG_TIMEOUT_MS = 120_000;

const STOPPED: Trouble = { code: 'shutdown', reason: 'nothing was waited for any more' };

/** Asks gateways; what one of them serves is read once for all that show its hash. */
export interface Onlooker {
  /** Looks at every gateway, at all of them at once. */
  readonly look: (members: readonly Member[]) => Promise<readonly Look[]>;
  readonly differenceAt: (
    member: Member,
    hash: string,
  ) => Promise<Difference | { readonly trouble: Trouble }>;
}

export function createOnlooker(options: {
  readonly clock: Clock;
  readonly admin: AdminApi & AdminReader;
  readonly candidate: Candidate;
  readonly statusTimeoutMs: number;
  readonly stop: AbortSignal;
}): Onlooker {
  const { clock, admin, candidate, statusTimeoutMs, stop } = options;
  const known = new Map<string, Difference>();
  let turn: Promise<unknown> = Promise.resolve();

  const read = async (member: Member, hash: string): Promise<Difference | { trouble: Trouble }> => {
    const before = known.get(hash);
    if (before !== undefined) return before;
    const live = await bounded(clock, CONFIG_TIMEOUT_MS, stop, (signal) =>
      readLiveConfig(admin, member, signal),
    );
    if ('trouble' in live) return live;
    const difference = differenceTo(candidate, { file: member.url, text: live.text, live: true });
    if (difference === undefined) return { trouble: NOT_UNDERSTOOD };
    known.set(hash, difference);
    return difference;
  };

  /** It is dear for Kong, and for us: one after the other. */
  const differenceAt: Onlooker['differenceAt'] = (member, hash) => {
    const mine = turn.then(() => (stop.aborted ? { trouble: STOPPED } : read(member, hash)));
    turn = mine.catch(() => undefined);
    return mine;
  };

  const lookAt = async (member: Member): Promise<Look> => {
    const answer = await bounded(clock, statusTimeoutMs, stop, (signal) => admin.status(member, signal));
    if (answer.kind !== 'status')
      return { member, shown: { trouble: 'trouble' in answer ? answer.trouble : STOPPED } };
    const { hash } = answer;
    const shown = { hash };
    if (hash === candidate.revision.id || hash === EMPTY_HASH) return { member, shown };
    return { member, shown, difference: await differenceAt(member, hash) };
  };

  return { look: (members) => Promise.all(members.map(lookAt)), differenceAt };
}

function differenceTo({ compiler, texts, revision }: Candidate, live: SourceText): Difference | undefined {
  const before = compiler.compile([live]).revision;
  // Compiled once more, so that it is remembered however many there are to compare with.
  compiler.compile(texts);
  const diff = before && compiler.diff(before.id, revision.id);
  return before && diff && { changes: countChanges(diff.entities), before: before.counts, diff };
}

const NOT_UNDERSTOOD: Trouble = {
  code: 'not-understood',
  reason: 'what it serves is not a configuration that could be checked',
  advice: 'see what `silverback diff URL FILE` says of it',
};
