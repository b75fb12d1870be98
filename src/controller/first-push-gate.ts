import type { Clock } from '../clock/clock.js';
import type { ObjectRef, Report } from '../report/happening.js';
import { changesLine, words } from '../report/line.js';
import type { Difference } from './difference.js';
import type { HeldRevision } from './config-loop.js';
import { judgeFirstPush } from './first-push.js';
import type { Carrier } from './first-push.js';
import type { Member } from '../rollout/care.js';

export interface FirstPushOptions {
  readonly clock: Clock;
  readonly report: Report;
  readonly gateways: () => readonly Carrier[];
  /** What an earlier leader began to roll out, by its id: it was let go, too. */
  readonly begun: () => string | undefined;
  /** What a push of a revision would change on a gateway; asked once, and shown. */
  readonly difference: (gateway: Member, revision: string) => Promise<Difference>;
  /** The objects that the revision is made of: Events go there. */
  readonly objects: () => readonly ObjectRef[];
  /** What is known of a difference has changed. */
  readonly onChange: () => void;
}

/** Keeps a first revision from gateways that carry somebody's configuration, until somebody approves or it turns out to be the same. */
export interface FirstPushGate {
  /** Whether a push of the revision must wait at this moment; to be asked again until it need not. */
  readonly waits: (revision: string) => boolean;
  /**
   * Our own sources said this revision. A gateway that shows its hash was given it by a leader of ours, who may have died or been
   * cut off before the history could tell: nobody else makes these bytes.
   */
  readonly made: (revision: string) => void;
  /** What it holds, and why; `undefined` while it holds nothing. */
  readonly held: () => HeldRevision | undefined;
  readonly letGo: () => void;
}

const CODE = 'foreign-config';
/** When a gateway that could not be read is asked again. */
const ASK_AGAIN_MS = 30_000;

function isNothing(difference: Difference): boolean {
  if ('trouble' in difference) return false;
  const { added, removed, changed } = difference.changes;
  return [added, removed, changed].every((counts) => Object.keys(counts).length === 0);
}

function reasonFor(carriers: readonly Carrier[], difference: Difference): string {
  const [one] = carriers;
  const others = carriers.length - 1;
  const who = `${one?.member.name ?? ''}${others > 0 ? ` and ${others} more carry` : ' carries'}`;
  const what =
    'changes' in difference
      ? `a push ${changesLine(difference.changes)} there`
      : `what it is could not be read: ${words(difference.trouble)}`;
  return `${who} a configuration that Silverback did not put there; ${what}; approve this, or start with --adopt, to replace it`;
}

const notCompared = (error: unknown): Difference => ({
  trouble: { code: 'not-compared', reason: error instanceof Error ? error.message : String(error) },
});

const keyOf = (revision: string, { state }: Carrier): string => `${revision} ${state.hash ?? ''}`;

export function createFirstPushGate(options: FirstPushOptions): FirstPushGate {
  let held: HeldRevision | undefined;
  /** What our sources said, what was let go, and what was the same as that: an edit that comes before the first rollout has succeeded need not wait for it. */
  const ours = new Set<string>();
  /** What became of comparing a revision with a carried hash: each is asked for once, one after the other. */
  const compared = new Map<string, 'same' | 'other'>();
  let asking = false;

  const ask = async (one: Carrier, revision: string): Promise<void> => {
    const difference = await options.difference(one.member, revision).catch(notCompared);
    const key = keyOf(revision, one);
    compared.set(key, isNothing(difference) ? 'same' : 'other');
    if ('trouble' in difference) options.clock.after(ASK_AGAIN_MS, () => compared.delete(key));
    if (held?.revision !== revision || isNothing(difference)) return;
    const first = judgeFirstPush(options.gateways(), revision, ours);
    const others =
      first.kind === 'foreign' ? first.carriers.filter(({ member }) => member.key !== one.member.key) : [];
    const reasons = [reasonFor([one, ...others], difference)];
    if (reasons[0] === held.reasons[0]) return;
    held = { ...held, reasons };
    options.report({ kind: 'config-held', ...held, objects: options.objects(), kept: undefined });
  };

  return {
    waits(revision) {
      const begun = options.begun();
      if (begun !== undefined) ours.add(begun);
      const first = judgeFirstPush(options.gateways(), revision, ours);
      if (first.kind !== 'foreign') {
        held = undefined;
        if (first.kind === 'go') ours.add(revision);
        return first.kind === 'wait';
      }
      const results = first.carriers.map((carrier) => compared.get(keyOf(revision, carrier)));
      if (results.every((result) => result === 'same')) {
        held = undefined;
        for (const id of [revision, ...first.carriers.flatMap(({ state }) => state.hash ?? [])]) ours.add(id);
        return false;
      }
      if (held?.revision !== revision) held = { revision, reasons: [], codes: [CODE] };
      const next = results.includes('other') ? undefined : first.carriers[results.indexOf(undefined)];
      if (next !== undefined && !asking) {
        asking = true;
        void ask(next, revision).finally(() => {
          asking = false;
          options.onChange();
        });
      }
      return true;
    },
    made: (revision) => void ours.add(revision),
    held: () => held,
    letGo() {
      held = undefined;
    },
  };
}
