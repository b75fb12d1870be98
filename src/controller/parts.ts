import type { Finding } from '../config/finding.js';
import type { Revision } from '../config/revision.js';
import { createFleet } from '../rollout/fleet.js';
import type { Fleet, FleetPorts } from '../rollout/fleet.js';
import { startElection } from '../kube/election/election.js';
import type { Elector } from '../kube/election/election.js';
import { leaseName } from '../kube/election/settings.js';
import { followService } from '../discovery/follow.js';
import { staticGateways } from '../discovery/member.js';
import { followSources } from '../sources/follow.js';
import type { ObjectSelection, Sources } from '../sources/follow.js';
import { objectKind } from '../sources/objects.js';
import type { ObjectRef } from '../report/happening.js';
import { gravest, words } from '../report/line.js';
import { createReviewer } from './admission.js';
import type { Reviewer, ReviewerOptions } from './admission.js';
import type { Values } from '../settings/read.js';
import { namespaceFor } from './cluster.js';
import type { Cluster } from './cluster.js';
import type { AsyncCompiler } from './compiler.js';
import type { ControllerOptions } from './controller.js';

/** The pace at which files are looked at beside the operating system's notices (ms). */
const FILE_POLL_MS = 1_000;

/** Of the gateways with traffic, no more than a quarter loads at once. */
const PART_AT_ONCE = 1 / 4;

/** What a rollout showed of a revision. */
export interface Verdicts {
  readonly good: (revision: Revision) => void;
  readonly bad: (revision: string, why: string) => void;
}

/** @param vigilanceMs for how long what a predecessor left on the wire may still land */
export function fleetSettings(values: Values, vigilanceMs: number): FleetPorts['settings'] {
  return {
    concurrency: values['kong-admin-concurrency'],
    partAtOnce: PART_AT_ONCE,
    pushTimeoutMs: values['proxy-timeout-seconds'],
    statusTimeoutMs: values['gateway-discovery-readiness-check-timeout'],
    retries: values['kong-admin-retries'],
    resyncMs: values['resync-interval'],
    pendingMs: values['gateway-discovery-readiness-check-interval'],
    vigilanceMs,
    observe: values.observe,
    drift: values.drift,
    canary: values.canary,
    canaryHoldMs: values['canary-hold'],
  };
}

export function openFleet(
  options: ControllerOptions,
  admin: Parameters<typeof createFleet>[0]['admin'],
  compiler: AsyncCompiler,
  verdicts: Verdicts,
  changeSeenAt: (revision: string) => number | undefined,
): Fleet {
  const { values, clock, random, report } = options;
  return createFleet({
    clock,
    random,
    admin,
    report,
    settings: fleetSettings(values, options.election ? values['lease-duration'] : 0),
    smoke: options.outside.smoke,
    changeSeenAt,
    onFailed: ({ id }, trouble) => verdicts.bad(id, words(trouble)),
    onStopped: () => undefined,
    onProven: () => undefined,
    onSucceeded: (revision) => verdicts.good(revision),
    onRejected(member, revision, body, canary, kongVersion) {
      const about = {
        kind: 'revision-refused' as const,
        gateway: member.name,
        ...(member.object !== undefined && { object: member.object }),
        revision: revision.id,
        canary,
        kongVersion,
      };
      const tell = (findings: readonly Finding[]): void => {
        report({ ...about, findings });
        if (canary) verdicts.bad(revision.id, `gateway ${member.name} rejected it: ${gravest(findings)}`);
      };
      compiler.explain(revision.id, body).then(tell, () => tell([]));
    },
  });
}

/** Which ConfigMaps and Secrets are sources; `undefined` where none are. */
function objectSelection({ values, cluster }: ControllerOptions): ObjectSelection | undefined {
  const selector = values['config-selector'];
  if (selector === undefined || cluster === undefined) return undefined;
  const given = values['config-namespace'];
  return {
    client: cluster.client,
    selector,
    namespaces: given.length > 0 ? given : [namespaceFor('config-namespace', undefined, cluster)],
    kinds: values['config-kinds'].map(objectKind),
  };
}

/** `undefined` where no object is a source. */
export function openReviewer(
  options: ControllerOptions,
  knowledge: Pick<ReviewerOptions, 'compiler' | 'synced' | 'snapshot' | 'judge'>,
): Reviewer | undefined {
  const selection = objectSelection(options);
  return selection && createReviewer({ ...options, ...selection, ...knowledge });
}

export function openSources(options: ControllerOptions, onChange: () => void): Sources {
  const { values, clock, random, report } = options;
  const objects = objectSelection(options);
  return followSources({
    paths: { files: values['config-file'], dirs: values['config-dir'] },
    pollMs: FILE_POLL_MS,
    ...(objects !== undefined && { objects }),
    clock,
    random,
    report,
    onChange,
  });
}

/** Keeps the fleet's members up to date; gives whether the first complete set is known, and how to stop. */
export function openDiscovery(
  options: ControllerOptions,
  fleet: Fleet,
  onSynced: () => void,
): { synced: () => boolean; close: () => void } {
  const { values, cluster, clock, random, report } = options;
  const serverName = values['kong-admin-tls-server-name'];
  const [namespace, service] = values['kong-admin-svc']?.split('/') ?? [];
  if (cluster === undefined || namespace === undefined || service === undefined) {
    fleet.setMembers(staticGateways(values['kong-admin-url'], serverName));
    return { synced: () => true, close: () => undefined };
  }
  return followService({
    client: cluster.client,
    rules: { namespace, service, portNames: values['kong-admin-svc-port-names'], serverName },
    clock,
    random,
    report,
    onGateways(gateways) {
      fleet.setMembers(gateways);
      onSynced();
    },
  });
}

/** Where the Lease is that replicas elect their leader by. */
export function leaseOf(values: Values, cluster: Cluster): ObjectRef {
  const namespace = namespaceFor('election-namespace', values['election-namespace'], cluster);
  const name = leaseName(values['election-id'], namespace);
  return { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', namespace, name };
}

/** @param ledBefore whether the history tells of leaders before us */
export function joinElection(
  options: ControllerOptions,
  cluster: Cluster,
  ledBefore: () => boolean,
): Elector {
  const { values, clock, random, report, identity } = options;
  const lease = leaseOf(values, cluster);
  return startElection({
    client: cluster.client,
    clock,
    random,
    report,
    identity,
    ledBefore,
    namespace: lease.namespace,
    leaseName: lease.name,
    leaseDurationMs: values['lease-duration'],
    renewDeadlineMs: values['renew-deadline'],
    retryPeriodMs: values['retry-period'],
  });
}
