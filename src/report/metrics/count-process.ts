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
        return elections.inc();
      case 'leadership-lost':
        return losses.inc();
      case 'lease-renewal-failed':
        return renewalFailures.inc();
      case 'lease-unreachable':
        return readFailures.inc();
      case 'watch-restarted':
        return restarts.inc({ resource: happening.resource, relist: String(happening.relist) });
      case 'watch-failed':
        return watchFailures.inc({ resource: happening.resource });
      case 'object-unreadable':
        return unreadable.inc({ resource: happening.resource });
      case 'credentials-rotated':
        return rotations.inc();
      case 'credentials-unreadable':
        return unreadableCredentials.inc();
      case 'event-dropped':
        return dropped.inc();
      default:
        return;
    }
  };
}
