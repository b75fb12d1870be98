import type { Elector } from '../kube/election/election.js';
import type { Fleet } from '../rollout/fleet.js';
import { beginTenure } from '../rollout/tenure.js';
import type { Tenure } from '../rollout/tenure.js';

/** What ties the election to the fleet: each time we are elected the fleet is ours until we are not. */
export interface Leadership {
  readonly leading: () => boolean;
  readonly term: () => number;
  /** Cuts off whatever is still in flight; to be called once the fleet has drained. */
  readonly end: () => void;
}

/** @param onLead called once the fleet is ours */
export function followElection(elector: Elector, fleet: Fleet, onLead: () => void): Leadership {
  let tenure: Tenure | undefined;
  const stopListening = elector.onChange((leading) => {
    tenure?.end('fence');
    tenure = leading ? beginTenure(elector.term(), () => elector.isLeader()) : undefined;
    if (tenure === undefined) return;
    fleet.lead(tenure);
    onLead();
  });
  return {
    leading: () => elector.isLeader(),
    term: () => elector.term(),
    end() {
      stopListening();
      tenure?.end('shutdown');
    },
  };
}

/** Without an election there is nobody to share the fleet with: it is ours from the start. */
export function leadAlone(fleet: Fleet): Leadership {
  const tenure = beginTenure(0, () => true);
  fleet.lead(tenure);
  return { leading: () => !tenure.signal.aborted, term: () => 0, end: () => tenure.end('shutdown') };
}
