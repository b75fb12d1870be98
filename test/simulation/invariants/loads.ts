import { EMPTY_HASH } from '../../../src/config/revision.js';
import type { KongView, Push, Run } from '../facts.js';
import type { Invariant, InvariantPorts } from './invariant.js';

/** A longer load may outlast what is allowed for (gateway/state.ts), and outlast a leader (see `overlap`). */
const ALLOWED_MS = 4_000;
/** The least time between the last byte of one leader and the first of the next, where clocks differ by 5 %. */
const BETWEEN_LEADERS_MS = 15_000 / 1.05 - 10_000 / 0.95;

/**
 * What a push may meet at a gateway. I1: none arrives while another leader's is still awaited there, unless that one's
 * process was stopped with the bytes on the wire. I8: none arrives while a load of ours goes on; where it takes longer
 * than anybody can wait for, nothing that arrives meanwhile lets Kong answer 304.
 */
export function loads({ clock, violated }: InvariantPorts): Invariant {
  const running = new Map<KongView, Map<Push, number>>();
  const loadsOf = (at: KongView): Map<Push, number> => {
    const known = running.get(at) ?? new Map<Push, number>();
    running.set(at, known);
    return known;
  };
  /** They went on for longer than anybody could wait, and another was loaded to its end since. */
  const loadedOver = new WeakSet<Push>();
  const nameOf = ({ by }: Push): string => `${by.run.name} (term ${by.term})`;
  /** Sent before its process was stopped: nobody could call it back. */
  const wasOnTheWire = ({ by, sentAt }: Push): boolean => {
    const since = by.run.stoppedSince();
    return since !== undefined && sentAt <= since;
  };

  const overlap = (at: KongView, push: Push, other: Push, ms: number): void => {
    const what = `a push of ${nameOf(push)} arrives at ${at.name} while it still loads that of ${nameOf(other)}`;
    if (push.by.run === other.by.run) {
      if (ms <= ALLOWED_MS) violated('I8', what);
      else if (push.checkHash && !loadedOver.has(other)) violated('I8', `${what}, and with check_hash`);
    } else if (!wasOnTheWire(other) && !wasOnTheWire(push)) {
      if (other.awaited()) violated('I1', what);
      else if (clock.now() - other.sentAt < BETWEEN_LEADERS_MS) violated('I8', what);
    }
  };

  return (fact) => {
    if (fact.kind === 'push-arrived') {
      for (const [other, ms] of loadsOf(fact.at)) overlap(fact.at, fact.push, other, ms);
    } else if (fact.kind === 'load-began' && fact.push !== undefined) {
      loadsOf(fact.at).set(fact.push, fact.ms);
    } else if (fact.kind === 'load-ended' && fact.push !== undefined) {
      loadsOf(fact.at).delete(fact.push);
      if (fact.committed) for (const other of loadsOf(fact.at).keys()) loadedOver.add(other);
    }
  };
}

/** I2: what we load passed validation; I3: it empties no gateway that served something, unless somebody approved that. */
export function validated({ violated }: InvariantPorts): Invariant {
  const valid = new Map<string, { readonly empty: boolean }>();
  const approved = new Set<string>();
  return (fact) => {
    if (fact.kind === 'approved') approved.add(fact.hash);
    if (fact.kind === 'validated') valid.set(fact.hash, { empty: fact.empty });
    if (fact.kind !== 'push-arrived') return;
    const { at, push } = fact;
    const known = valid.get(push.hash);
    if (known === undefined)
      violated('I2', `${at.name} receives ${push.hash}, which did not pass validation`);
    else if (known.empty && !approved.has(push.hash) && at.serves() !== EMPTY_HASH)
      violated('I3', `${at.name} is to be emptied`);
  };
}

/** I0: "in sync" is read, not remembered: it is said of a gateway that has shown a hash of ours, after the last push. */
export function read({ violated, hostOf }: InvariantPorts): Invariant {
  const shown = new Map<Run, Map<string, string>>();
  const shownTo = (run: Run): Map<string, string> => {
    const known = shown.get(run) ?? new Map<string, string>();
    shown.set(run, known);
    return known;
  };
  const ours = new Set<string>();
  return (fact) => {
    if (fact.kind === 'validated') ours.add(fact.empty ? EMPTY_HASH : fact.hash);
    else if (fact.kind === 'answered' && fact.shows !== undefined) {
      shownTo(fact.by.run).set(fact.from, fact.shows);
    } else if (fact.kind === 'sent') {
      shownTo(fact.by.run).delete(fact.to);
    } else if (fact.kind === 'said' && fact.happening.kind === 'gateway-phase') {
      const { gateway, to } = fact.happening;
      const seen = shownTo(fact.by).get(hostOf(gateway) ?? '');
      if (to === 'in-sync' && (seen === undefined || !ours.has(seen))) {
        violated('I0', `${fact.by.name} calls ${gateway} in sync, which shows ${seen ?? 'nothing'}`);
      }
    }
  };
}
