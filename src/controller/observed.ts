// What a push that --observe withholds would mean: told by what the gateway serves now.
import { EMPTY_HASH } from '../config/revision.js';
import type { GatewayAddress } from '../gateway/address.js';
import type { Happening, Report } from '../report/happening.js';
import { differenceAt } from './difference.js';
import type { DifferenceOptions } from './difference.js';
import type { Ports } from './ports.js';

export interface ObserverOptions extends Ports, DifferenceOptions {
  readonly gateways: () => readonly GatewayAddress[];
  /** Asked before every request: followers contact no gateway. */
  readonly leading: () => boolean;
}

type WouldPush = Extract<Happening, { readonly kind: 'would-push' }>;
type Meaning = Extract<Happening, { readonly kind: 'would-change' | 'served-unreadable' }>;
type Told = Meaning extends infer M ? (M extends Meaning ? Omit<M, 'gateway' | 'revision'> : never) : never;

/**
 * Reports what it is given, and after each push that was withheld, once, what that push would change. `GET /config` is dear for Kong:
 * one gateway is asked at a time, and for gateways that show one hash one answer does.
 */
export function reportObserved(options: ObserverOptions): {
  readonly report: Report;
  readonly stop: () => void;
} {
  const { report } = options;
  const stopped = new AbortController();
  const known = new Map<string, Told>();
  const told = new Set<string>();
  let turn = Promise.resolve();

  const meaningOf = async ({ gateway: name, revision }: WouldPush): Promise<Told | undefined> => {
    const gateway = options.gateways().find((each) => each.name === name);
    if (gateway === undefined || !options.leading() || stopped.signal.aborted) return undefined;
    const difference = await differenceAt(options, gateway, revision, stopped.signal);
    return 'trouble' in difference
      ? { kind: 'served-unreadable', trouble: difference.trouble }
      : { kind: 'would-change', changes: difference.changes };
  };

  const tell = async (withheld: WouldPush): Promise<void> => {
    const { gateway, revision, found } = withheld;
    const both = `${revision} ${found}`;
    if (known.get(both)?.kind !== 'would-change') {
      const meaning = await meaningOf(withheld);
      if (meaning === undefined) told.delete(`${gateway} ${both}`);
      else known.set(both, meaning);
    }
    const meaning = known.get(both);
    if (meaning !== undefined) report({ ...meaning, gateway, revision });
  };

  return {
    report(happening) {
      report(happening);
      if (happening.kind !== 'would-push' || happening.found === EMPTY_HASH) return;
      const id = `${happening.gateway} ${happening.revision} ${happening.found}`;
      if (told.has(id)) return;
      told.add(id);
      turn = turn.then(() => tell(happening)).catch(() => void told.delete(id));
    },
    stop: () => stopped.abort('shutdown'),
  };
}
