import type { Run, Sender } from '../facts.js';
import type { Invariant, InvariantPorts } from './invariant.js';

/**
 * I1: once a tenure has sent anything to a gateway, no earlier one sends anything more, to whichever gateway, and a push
 * is cut off when its tenure ends. I9: nobody
 * sends anything outside the time that its own last renewal of the Lease gave it. L1: a leader whose renewals
 * succeed stays one. L2: whoever is told to shut down gives its pushes their time.
 */
export function leadership(
  { clock, violated, leaseHolder }: InvariantPorts,
  renewDeadlineMs: number,
): Invariant {
  const validUntil = new Map<Run, number>();
  const tenures: string[] = [];
  /** How often each was elected: terms count anew when the Lease is deleted, and may come again. */
  const elected = new Map<Run, number>();
  const tenureOf = ({ run, term }: Sender): string =>
    `${run.identity}, ${elected.get(run) ?? 0} (term ${term})`;

  return (fact) => {
    switch (fact.kind) {
      case 'lease-held':
        validUntil.set(fact.by, fact.requestedAt + renewDeadlineMs / fact.by.rate);
        return;
      case 'sent': {
        const { run } = fact.by;
        const until = validUntil.get(run);
        const when =
          until === undefined ? 'it never held the Lease' : `it held the Lease until ${Math.round(until)}`;
        if (until === undefined || clock.now() > until + ROUNDING_MS) {
          violated('I9', `${run.name} sends ${fact.what} to ${fact.to}, but ${when}`);
        }
        const tenure = tenureOf(fact.by);
        if (tenures.at(-1) === tenure) return;
        if (tenures.includes(tenure)) {
          violated(
            'I1',
            `${tenure} sends ${fact.what} to ${fact.to} after ${tenures.at(-1) ?? ''} has begun`,
          );
        }
        tenures.push(tenure);
        return;
      }
      case 'cut-off': {
        const { run } = fact.by;
        const sinceTold = clock.now() - (run.toldToStopAt() ?? clock.now());
        if (
          fact.reason === 'shutdown' &&
          fact.what.startsWith('POST') &&
          sinceTold < GRACE_MS / run.rate - 1
        ) {
          violated('L2', `${run.name} shuts down and cuts off ${fact.what} to ${fact.to}`);
        }
        return;
      }
      case 'answered': {
        const { run } = fact.by;
        const until = validUntil.get(run) ?? 0;
        // What came while the process was stopped comes first when it goes on.
        const wasStopped = run.resumedAt() === clock.now();
        if (fact.what.startsWith('POST') && clock.now() > until + ROUNDING_MS && !wasStopped) {
          violated('I1', `${run.name} still waited for ${fact.from} after its time, ${Math.round(until)}`);
        }
        return;
      }
      case 'said': {
        const { happening, by } = fact;
        if (happening.kind === 'leader-elected') elected.set(by, (elected.get(by) ?? 0) + 1);
        const leftMs = (validUntil.get(by) ?? 0) - clock.now();
        if (happening.kind === 'leadership-lost' && leftMs > EARLY_MS && leaseHolder() === by.identity) {
          violated('L1', `${by.name} leads no longer, ${Math.round(leftMs)} ms before it must not`);
        }
        return;
      }
      default:
    }
  };
}

/** The default of --shutdown-grace. */
const GRACE_MS = 20_000;
const ROUNDING_MS = 0.001;
/** A request is made a little before it is sent: by as much as a first try took that the server asked to repeat. */
const EARLY_MS = 5_000;

/** I6: who has not seen all sources and all EndpointSlices sends nothing to a gateway. */
export function synced({ violated }: InvariantPorts): Invariant {
  const listed = new Map<Run, Set<string>>();
  return (fact) => {
    if (fact.kind === 'listed') {
      listed.set(fact.by, (listed.get(fact.by) ?? new Set()).add(fact.resource));
    } else if (fact.kind === 'sent') {
      const seen = listed.get(fact.by.run);
      const missing = ['configmaps', 'secrets', 'endpointslices'].filter((each) => seen?.has(each) !== true);
      if (missing.length > 0)
        violated('I6', `${fact.by.run.name} sends ${fact.what} before it has seen any ${missing.join(', ')}`);
    }
  };
}
