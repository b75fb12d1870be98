import { EMPTY_HASH } from '../../../src/config/revision.js';
import type { KongView, Push } from '../facts.js';
import type { Invariant, InvariantPorts } from './invariant.js';

/**
 * I1, at the gateway: no push arrives while another tenure's is still awaited there, unless that one's process was
 * stopped with the bytes on the wire. I8: none arrives while a load of ours goes on.
 */
export function loads({ violated }: InvariantPorts): Invariant {
  const running = new Map<KongView, Set<Push>>();
  const loadsOf = (at: KongView): Set<Push> => {
    const known = running.get(at) ?? new Set();
    running.set(at, known);
    return known;
  };
  const same = (one: Push, other: Push): boolean =>
    one.by.run === other.by.run && one.by.term === other.by.term;
  /** Sent before its process was stopped: nobody could call it back. */
  const wasOnTheWire = ({ by, sentAt }: Push): boolean => {
    const since = by.run.stoppedSince();
    return since !== undefined && sentAt <= since;
  };

  return (fact) => {
    if (fact.kind === 'push-arrived') {
      const { at, push } = fact;
      for (const other of loadsOf(at)) {
        if (same(push, other)) {
          violated('I8', `a push of ${push.hash} arrives at ${at.name} while it still loads ${other.hash}`);
        } else if (other.awaited() && !wasOnTheWire(other) && !wasOnTheWire(push)) {
          const [one, two] = [push, other].map(({ by }) => `${by.run.name} (term ${by.term})`);
          violated('I1', `${one} pushes to ${at.name} while the push of ${two} is in progress`);
        }
      }
    } else if (fact.kind === 'load-began' && fact.push !== undefined) {
      loadsOf(fact.at).add(fact.push);
    } else if (fact.kind === 'load-ended' && fact.push !== undefined) {
      loadsOf(fact.at).delete(fact.push);
    }
  };
}

/** I2: what we load passed validation; I3: it empties no gateway that served something. */
export function validated({ violated }: InvariantPorts): Invariant {
  const valid = new Map<string, { readonly empty: boolean }>();
  return (fact) => {
    if (fact.kind === 'validated') valid.set(fact.hash, { empty: fact.empty });
    if (fact.kind !== 'push-arrived') return;
    const { at, push } = fact;
    const known = valid.get(push.hash);
    if (known === undefined)
      violated('I2', `${at.name} receives ${push.hash}, which did not pass validation`);
    else if (known.empty && at.serves() !== EMPTY_HASH) violated('I3', `${at.name} is to be emptied`);
  };
}
