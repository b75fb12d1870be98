// What a push that --observe withholds would mean: told by what the gateway serves now.
import { sleep } from '../clock/clock.js';
import { EMPTY_HASH } from '../config/revision.js';
import type { GatewayAddress } from '../gateway/address.js';
import { readLiveConfig } from '../gateway/live-config.js';
import type { AdminReader } from '../gateway/schemas.js';
import type { Happening, Report } from '../report/happening.js';
import type { AsyncCompiler } from './compiler.js';
import type { Ports } from './ports.js';

export interface ObserverOptions extends Ports {
  readonly reader: AdminReader;
  readonly compiler: Pick<AsyncCompiler, 'compare'>;
  readonly gateways: () => readonly GatewayAddress[];
  /** Asked before every request: followers contact no gateway. */
  readonly leading: () => boolean;
}

type WouldPush = Extract<Happening, { readonly kind: 'would-push' }>;
type Meaning = Extract<Happening, { readonly kind: 'would-change' | 'served-unreadable' }>;
type Told = Meaning extends infer M ? (M extends Meaning ? Omit<M, 'gateway' | 'revision'> : never) : never;

/** Kong needs 12 s to show 20,000 entities. */
const TIMEOUT_MS = 120_000;

/**
 * Reports what it is given, and after each push that was withheld, once, what that push would change. `GET /config` is dear for Kong:
 * one gateway is asked at a time, and for gateways that show one hash one answer does.
 */
export function reportObserved(options: ObserverOptions): {
  readonly report: Report;
  readonly stop: () => void;
} {
  const { clock, report } = options;
  const stopped = new AbortController();
  const known = new Map<string, Told>();
  const told = new Set<string>();
  let turn = Promise.resolve();

  const meaningOf = async ({ gateway: name, revision }: WouldPush): Promise<Told | undefined> => {
    const gateway = options.gateways().find((each) => each.name === name);
    if (gateway === undefined || !options.leading() || stopped.signal.aborted) return undefined;
    const [deadline, done] = [new AbortController(), new AbortController()];
    void sleep(clock, TIMEOUT_MS, done.signal).then(() => deadline.abort('timeout'));
    const signal = AbortSignal.any([deadline.signal, stopped.signal]);
    const read = await readLiveConfig(options.reader, gateway, signal).finally(() => done.abort());
    if ('trouble' in read) return { kind: 'served-unreadable', trouble: read.trouble };
    const changes = await options.compiler.compare({ text: read.text, live: true }, revision);
    return changes === undefined
      ? { kind: 'served-unreadable', trouble: NOT_UNDERSTOOD }
      : { kind: 'would-change', changes };
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

const NOT_UNDERSTOOD = {
  code: 'not-understood',
  reason: 'what it serves is not a configuration that could be checked',
  advice: 'see what `silverback diff URL FILE` says of it',
};
