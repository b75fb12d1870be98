import { sleep } from '../clock/clock.js';
import type { Revision } from '../config/revision.js';
import type { Elector } from '../kube/election/election.js';
import type { Member } from '../rollout/care.js';
import type { Fleet } from '../rollout/fleet.js';
import type { Sources } from '../sources/follow.js';
import type { Values } from '../settings/read.js';
import type { MetricsView } from '../report/metrics.js';
import type { ReadyCheck } from '../server/probes.js';
import type { Cluster } from './cluster.js';
import { startSchemaPulls } from './plugin-schemas.js';
import { startConfigLoop } from './config-loop.js';
import { followElection, leadAlone } from './leadership.js';
import type { Leadership } from './leadership.js';
import type { Outside } from './outside.js';
import { joinElection, openDiscovery, openFleet, openSources } from './parts.js';
import type { Ports } from './ports.js';

export interface ControllerOptions extends Ports {
  readonly values: Values;
  readonly version: string;
  readonly identity: string;
  /** Needed for discovery, for ConfigMaps and Secrets, and for the election. */
  readonly cluster: Cluster | undefined;
  readonly election: boolean;
  readonly outside: Outside;
}

export interface Controller {
  readonly readyChecks: readonly ReadyCheck[];
  readonly metrics: MetricsView;
  readonly leading: () => boolean;
  /** Lets pushes that were sent end while it still renews the lease, then releases it, then closes everything. */
  readonly stop: () => Promise<void>;
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

  const userAgent = (): string => `silverback/${options.version} (${options.identity}; term ${term()})`;
  const compiler = await options.outside.startCompiler();
  const { admin, close: closeAdmin } = await options.outside.openAdmin(userAgent, () => fleet.kickAll());
  let desired: Revision | undefined;
  let lastGood: Revision | undefined;
  const fleet: Fleet = openFleet(options, admin, compiler, (revision) => {
    lastGood = revision;
    fleet.setGoal({ desired, lastGood, paused: false });
  });

  const loop = startConfigLoop({
    ...options,
    compiler,
    snapshot: () => sources.snapshot(),
    quietMs: values.debounce,
    allowEmpty: values['allow-empty'],
    onUnchecked: (plugins) => pulls.want(plugins),
    onRevision(revision) {
      desired = revision;
      fleet.setGoal({ desired, lastGood, paused: false });
    },
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
      rollout: () => fleet.rollout().phase,
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
