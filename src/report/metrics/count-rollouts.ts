import type { Report } from '../happening.js';
import { classOf, TROUBLE_CLASSES } from './classes.js';
import type { Instruments } from './instruments.js';

const DRIFT = { kind: ['empty', 'file', 'older', 'foreign'] };

/** How revisions reach the fleet, and how they are kept there. */
export function countRollouts({ counter, histogram }: Instruments): Report {
  const convergence = histogram(
    'convergence',
    'Until the last gateway was verified: from when a change of the sources was seen (config), or a gateway was not on the revision (fleet)',
    { cause: ['config', 'fleet'] },
  );
  const rollouts = counter('rollouts', 'Rollouts that reached every gateway that could be reached');
  const overdue = counter(
    'rollouts_overdue',
    'Times gateways got a proven revision though newer ones kept coming, having waited too long',
  );
  const canaries = counter('canaries', 'Revisions by what became of their canaries', {
    result: ['proven', 'rejected', 'failed', 'stopped'],
  });
  const lost = counter(
    'canaries_lost',
    'Canaries that died or were too late, by the class of what went wrong',
    {
      class: TROUBLE_CLASSES,
    },
  );
  const rejected = counter('revisions_rejected', 'Times a gateway rejected a revision with 400');
  const withdrawn = counter(
    'revisions_withdrawn',
    'Revisions of the sources that are not pushed: rejected, aborted or rolled back',
  );
  const drift = counter(
    'drift',
    'Gateways found off the revision they had been on, by what they showed',
    DRIFT,
  );
  const repairs = counter('drift_repairs', 'Drift that is put back, and not only told of (--drift)', DRIFT);
  const contested = counter(
    'drift_contested',
    'Gateways that somebody else was found to change again and again',
  );

  return (happening) => {
    switch (happening.kind) {
      case 'converged':
        convergence.observe({ cause: happening.cause }, happening.durationMs / 1000);
        return;
      case 'rollout-succeeded':
        rollouts.inc();
        return;
      case 'rollout-overdue':
        overdue.inc();
        return;
      case 'canary-ended':
        canaries.inc({ result: happening.result });
        return;
      case 'canary-lost':
        lost.inc({ class: classOf(happening.trouble) });
        return;
      case 'revision-refused':
        rejected.inc();
        return;
      case 'revision-withdrawn':
        withdrawn.inc();
        return;
      case 'drift':
        drift.inc({ kind: happening.cause });
        if (happening.repair) repairs.inc({ kind: happening.cause });
        return;
      case 'drift-contested':
        contested.inc();
        return;
      default:
        return;
    }
  };
}
