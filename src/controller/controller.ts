import { sleep } from '../clock/clock.js';
import { leaseName } from '../kube/election/settings.js';
import { startElection } from '../kube/election/election.js';
import type { Elector } from '../kube/election/election.js';
import { createFleet } from '../rollout/fleet.js';
import type { Member } from '../rollout/care.js';
import type { Fleet } from '../rollout/fleet.js';
import { followService } from '../discovery/follow.js';
import { staticGateways } from '../discovery/member.js';
import { followSources } from '../sources/follow.js';
import { objectKind } from '../sources/objects.js';
import type { Sources } from '../sources/follow.js';
import type { Values } from '../settings/read.js';
import type { MetricsView } from '../report/metrics.js';
import type { ReadyCheck } from '../server/probes.js';
import { openAdminApi } from './admin.js';
import { namespaceFor } from './cluster.js';
import type { Cluster } from './cluster.js';
import { startCompiler } from './compiler.js';
import type { AsyncCompiler } from './compiler.js';
import { startSchemaPulls } from './plugin-schemas.js';
import { openSchemaDir } from './schema-dir.js';
import { startConfigLoop } from './config-loop.js';
import { followElection, leadAlone } from './leadership.js';
import type { Leadership } from './leadership.js';
import type { Ports } from './ports.js';

/** The pace at which files are looked at beside the operating system's notices (ms). */
const FILE_POLL_MS = 1_000;

export interface ControllerOptions extends Ports {
  readonly values: Values;
  readonly env: NodeJS.ProcessEnv;
  readonly version: string;
  readonly identity: string;
  /** Needed for discovery, for ConfigMaps and Secrets, and for the election. */
  readonly cluster: Cluster | undefined;
  readonly election: boolean;
}

export interface Controller {
  readonly readyChecks: readonly ReadyCheck[];
  readonly metrics: MetricsView;
  readonly leading: () => boolean;
  /** Lets pushes that were sent end while it still renews the lease, then releases it, then closes everything. */
  readonly stop: () => Promise<void>;
}

function openFleet(
  options: ControllerOptions,
  admin: Parameters<typeof createFleet>[0]['admin'],
  compiler: AsyncCompiler,
): Fleet {
  const { values, clock, random, report } = options;
  return createFleet({
    clock,
    random,
    admin,
    report,
    settings: {
      concurrency: values['kong-admin-concurrency'],
      pushTimeoutMs: values['proxy-timeout-seconds'],
      statusTimeoutMs: values['gateway-discovery-readiness-check-timeout'],
      retries: values['kong-admin-retries'],
      resyncMs: values['resync-interval'],
      pendingMs: values['gateway-discovery-readiness-check-interval'],
      vigilanceMs: options.election ? values['lease-duration'] : 0,
      observe: values.observe,
    },
    onRejected(member, revision, body) {
      const about = {
        kind: 'revision-refused' as const,
        gateway: member.name,
        ...(member.object !== undefined && { object: member.object }),
        revision: revision.id,
      };
      compiler.explain(revision.id, body).then(
        (findings) => report({ ...about, findings }),
        () => report({ ...about, findings: [] }),
      );
    },
  });
}

function openSources(options: ControllerOptions, onChange: () => void): Sources {
  const { values, cluster, clock, random, report } = options;
  const selector = values['config-selector'];
  const given = values['config-namespace'];
  return followSources({
    paths: { files: values['config-file'], dirs: values['config-dir'] },
    pollMs: FILE_POLL_MS,
    ...(selector !== undefined &&
      cluster !== undefined && {
        objects: {
          client: cluster.client,
          selector,
          namespaces: given.length > 0 ? given : [namespaceFor('config-namespace', undefined, cluster)],
          kinds: values['config-kinds'].map(objectKind),
        },
      }),
    clock,
    random,
    report,
    onChange,
  });
}

/** Keeps the fleet's members up to date; gives whether the first complete set is known, and how to stop. */
function openDiscovery(
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

function joinElection(options: ControllerOptions, cluster: Cluster): Elector {
  const { values, clock, random, report, identity } = options;
  const namespace = namespaceFor('election-namespace', values['election-namespace'], cluster);
  return startElection({
    client: cluster.client,
    clock,
    random,
    report,
    identity,
    namespace,
    leaseName: leaseName(values['election-id'], namespace),
    leaseDurationMs: values['lease-duration'],
    renewDeadlineMs: values['renew-deadline'],
    retryPeriodMs: values['retry-period'],
  });
}

/**
 * The one place where the rooms are wired together: sources -> compiler -> desired revision -> fleet, discovery ->
 * fleet, election -> fleet. Every replica runs everything up to the desired revision; only a leader's fleet acts.
 *
 * @throws SetupError, or an Error that names a credential file that cannot be read
 */
export async function startController(options: ControllerOptions): Promise<Controller> {
  const { values, clock, election, cluster } = options;
  let leadership: Leadership | undefined;
  let elector: Elector | undefined;
  const leading = (): boolean => leadership?.leading() ?? false;
  const term = (): number => leadership?.term() ?? 0;

  const schemas = await openSchemaDir(values['schema-dir']);
  const userAgent = (): string => `silverback/${options.version} (${options.identity}; term ${term()})`;
  const { admin, close: closeAdmin } = await openAdminApi(values, options, userAgent, () => fleet.kickAll());
  const compiler = startCompiler(
    { deck: values.deck, env: deckVariables(options.env), allowEmpty: values['allow-empty'] },
    schemas,
  );
  const fleet: Fleet = openFleet(options, admin, compiler);

  const loop = startConfigLoop({
    ...options,
    compiler,
    snapshot: () => sources.snapshot(),
    quietMs: values.debounce,
    allowEmpty: values['allow-empty'],
    onUnchecked: (plugins) => pulls.want(plugins),
    onRevision: (revision) => fleet.setDesired(revision),
  });
  const pulls = startSchemaPulls({
    ...options,
    reader: admin,
    leading,
    gateways: () => reachable(fleet),
    onSchemas(pulled) {
      compiler.use(pulled);
      loop.changed();
    },
  });
  // Nobody stands for election, nor pushes, before it knows all that there is to know.
  const beginWhenSynced = (): void => {
    if (leadership !== undefined || !sources.synced() || !discovery.synced()) return;
    if (election && cluster !== undefined) {
      elector = joinElection(options, cluster);
      leadership = followElection(elector, fleet);
    } else {
      leadership = leadAlone(fleet);
    }
  };
  const sources: Sources = openSources(options, () => {
    loop.changed();
    beginWhenSynced();
  });
  const discovery = openDiscovery(options, fleet, () => beginWhenSynced());

  const drain = async (): Promise<void> => {
    const drained = new AbortController();
    await Promise.race([
      fleet.drain().then(() => drained.abort()),
      sleep(clock, values['shutdown-grace'], drained.signal),
    ]);
  };

  return {
    readyChecks: [
      { name: 'sources-synced', done: sources.synced },
      { name: 'gateways-discovered', done: discovery.synced },
      { name: 'configuration-validated', done: loop.judged },
    ],
    metrics: {
      leading,
      term,
      desired: () => fleet.desired()?.id,
      gatewaysByState: () => fleet.countByPhase(),
      held: loop.held,
      valid: loop.valid,
    },
    leading,
    async stop() {
      loop.stop();
      pulls.stop();
      await drain();
      leadership?.end();
      await elector?.release();
      sources.close();
      discovery.close();
      await Promise.all([closeAdmin(), compiler.close()]);
    },
  };
}

/** Those that answered last and are not busy with a push; all of them where there is none of these. */
function reachable(fleet: Fleet): Member[] {
  const poor = new Set(['unknown', 'unreachable', 'refused', 'pushing', 'verifying']);
  const entries = fleet.entries();
  const good = entries.filter(({ state }) => !poor.has(state.phase));
  return (good.length > 0 ? good : entries).map(({ member }) => member);
}

/** Only these may be read by a configuration; the rest of our environment is none of its business. */
function deckVariables(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter(
      (entry): entry is [string, string] => entry[0].startsWith('DECK_') && entry[1] !== undefined,
    ),
  );
}
