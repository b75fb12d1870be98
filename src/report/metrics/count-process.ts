import type { Report } from '../happening.js';
import type { Instruments } from './instruments.js';

/** What Silverback watches, as RBAC names it. */
const RESOURCES = ['configmaps', 'secrets', 'endpointslices.discovery.k8s.io', 'leases.coordination.k8s.io'];

/** The election, the watches, the credentials and the Events. */
export function countProcess({ counter }: Instruments): Report {
  const elections = counter('leader_elections', 'Times this replica was elected');
  const losses = counter('leader_losses', 'Times this replica lost the lease without laying it down');
  const renewalFailures = counter('lease_renewal_failures', 'Renewals of the lease that failed');
  const readFailures = counter('lease_read_failures', 'Times the lease could not be read');
  const restarts = counter(
    'watch_restarts',
    'Watches that ended and were begun again, by resource and whether by a new list',
    { resource: RESOURCES, relist: ['true', 'false'] },
  );
  const watchFailures = counter('watch_failures', 'Lists and watches that failed, by resource', {
    resource: RESOURCES,
  });
  const unreadable = counter('objects_unreadable', 'Kubernetes objects that could not be used, by resource', {
    resource: RESOURCES,
  });
  const rotations = counter(
    'credential_rotations',
    'Changes of the Admin API credentials that were taken up',
  );
  const unreadableCredentials = counter(
    'credentials_unreadable',
    'Times the Admin API credentials could not be read again',
  );
  const dropped = counter('events_dropped', 'Kubernetes Events that could not be written');

  return (happening) => {
    switch (happening.kind) {
      case 'leader-elected':
        elections.inc();
        return;
      case 'leadership-lost':
        losses.inc();
        return;
      case 'lease-renewal-failed':
        renewalFailures.inc();
        return;
      case 'lease-unreachable':
        readFailures.inc();
        return;
      case 'watch-restarted':
        restarts.inc({ resource: happening.resource, relist: String(happening.relist) });
        return;
      case 'watch-failed':
        watchFailures.inc({ resource: happening.resource });
        return;
      case 'object-unreadable':
        unreadable.inc({ resource: happening.resource });
        return;
      case 'credentials-rotated':
        rotations.inc();
        return;
      case 'credentials-unreadable':
        unreadableCredentials.inc();
        return;
      case 'event-dropped':
        dropped.inc();
        return;
      default:
        return;
    }
  };
}
