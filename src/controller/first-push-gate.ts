import type { ObjectRef, Report } from '../report/happening.js';
import { changesLine, words } from '../report/line.js';
import type { Difference } from './difference.js';
import type { HeldRevision } from './config-loop.js';
import { judgeFirstPush } from './first-push.js';
import type { Carrier } from './first-push.js';
import type { Member } from '../rollout/care.js';

export interface FirstPushOptions {
  readonly report: Report;
  readonly gateways: () => readonly Carrier[];
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
  /** What it holds, and why; `undefined` while it holds nothing. */
  readonly held: () => HeldRevision | undefined;
  readonly letGo: () => void;
}

const CODE = 'foreign-config';

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

export function createFirstPushGate(options: FirstPushOptions): FirstPushGate {
  let held: HeldRevision | undefined;
  /** Which revision was compared with which carried hash, and is the same. */
  const same = new Set<string>();
  let asked: string | undefined;

  const ask = async (carriers: readonly Carrier[], revision: string): Promise<void> => {
    const [one] = carriers;
    if (one === undefined) return;
    const difference = await options.difference(one.member, revision);
    if (held?.revision !== revision) return;
    if (isNothing(difference)) {
      same.add(`${revision} ${one.state.hash ?? ''}`);
    } else {
      held = { ...held, reasons: [reasonFor(carriers, difference)] };
      options.report({ kind: 'config-held', ...held, objects: options.objects(), kept: undefined });
    }
    options.onChange();
  };

  return {
    waits(revision) {
      const first = judgeFirstPush(options.gateways(), revision);
      if (first.kind !== 'foreign') {
        held = undefined;
        return first.kind === 'wait';
      }
      const { carriers } = first;
      if (carriers.every(({ state }) => same.has(`${revision} ${state.hash ?? ''}`))) {
        held = undefined;
        return false;
      }
      if (held?.revision !== revision) held = { revision, reasons: [], codes: [CODE] };
      const question = `${revision} ${carriers.map(({ state }) => state.hash ?? '').sort()[0] ?? ''}`;
      if (asked !== question) {
        asked = question;
        void ask(carriers, revision);
      }
      return true;
    },
    held: () => held,
    letGo() {
      held = undefined;
      asked = undefined;
    },
  };
}
