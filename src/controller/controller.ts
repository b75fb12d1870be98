import { sleep } from '../clock/clock.js';
import type { AdmissionRequest, Verdict } from '../kube/admission/review.js';
import type { Elector } from '../kube/election/election.js';
import type { Member } from '../rollout/care.js';
import type { Fleet } from '../rollout/fleet.js';
import type { Sources } from '../sources/follow.js';
import type { Values } from '../settings/read.js';
import { withdrawalOf } from '../history/record.js';
import type { Happening } from '../report/happening.js';
import type { MetricsView } from '../report/metrics/view.js';
import type { ReadyCheck } from '../server/probes.js';
import type { Cluster } from './cluster.js';
import { reportObserved } from './observed.js';
import { differenceAt } from './difference.js';
import { createFirstPushGate } from './first-push-gate.js';
import { openHistory } from './history.js';
import { openKeeper } from './keeper.js';
import type { Keeper } from './keeper.js';
import { startAnnotator } from './annotator.js';
import { startSteering } from './steering.js';
import type { Steering } from './steering.js';
import { startSchemaPulls } from './plugin-schemas.js';
import { startConfigLoop } from './config-loop.js';
import { followElection, leadAlone } from './leadership.js';
import type { Leadership } from './leadership.js';
import type { Outside } from './outside.js';
import { joinElection, openDiscovery, openFleet, openReviewer, openSources } from './parts.js';
import type { Verdicts } from './parts.js';
import { metricsView } from './metrics-view.js';
import type { Ports } from './ports.js';
import type { ControllerView } from './diagnostics/view.js';

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
  readonly view: ControllerView;
  readonly leading: () => boolean;
  /** For the admission webhook; `undefined` unless it is on. */
  readonly review: ((request: AdmissionRequest) => Promise<Verdict>) | undefined;
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
  const stopping = new AbortController();
  const leading = (): boolean => leadership?.leading() ?? false;
  const term = (): number => leadership?.term() ?? 0;

  const userAgent = (): string => `silverback/${options.version} (${options.identity}; term ${term()})`;
  const compiler = await options.outside.startCompiler();
  const reviews = values['admission-webhook-listen'] !== undefined;
  const trial = reviews ? await options.outside.startCompiler() : undefined;
  const {
    admin,
    certificates,
    close: closeAdmin,
  } = await options.outside.openAdmin(userAgent, () => fleet.kickAll());
  const observer = reportObserved({
    ...options,
    reader: admin,
    compiler,
    leading,
    gateways: () => fleet.entries().map(({ member }) => member),
  });
  const annotator =
    values['annotate-sources'] && cluster !== undefined
      ? startAnnotator({
          ...options,
          client: cluster.client,
          leading,
          snapshot: () => sources.snapshot(),
          withdrawn: (id) => withdrawalOf(keeper.record(), id)?.why,
          held(id) {
            const { held } = keeper.record();
            return held?.revision === id ? held.reasons : undefined;
          },
          lastGood: (name) => keeper.past().lastGood?.sources.find((source) => source.name === name)?.digest,
        })
      : undefined;

  const told = (happening: Happening): void => {
    observer.report(happening);
    annotator?.happened(happening);
  };
  const verdicts: Verdicts = {
    good: (revision) => steering.succeeded(revision),
    bad: (revision, why) => keeper.withdraw(revision, why),
  };
  const fleet: Fleet = openFleet({ ...options, report: told }, admin, compiler, verdicts, (revision) =>
    loop.changeSeenAt(revision),
  );

  const loop = startConfigLoop({
    ...options,
    compiler,
    snapshot: () => sources.snapshot(),
    quietMs: values.debounce,
    settings: { allowRemoval: values['allow-removal'], maxShrink: values['max-shrink'] },
    past: () => keeper.past(),
    kept: () => fleet.desired()?.id,
    onHeld: (held) => steering.hold(held),
    onJudged: (...judged) => annotator?.judged(...judged),
    onUnchecked: (plugins) => pulls.want(plugins),
    onRevision: (revision, from) => steering.accept(revision, from),
    onRetracted: () => steering.retract(),
  });
  const pulls = startSchemaPulls({
    ...options,
    reader: admin,
    leading,
    gateways: () => reachable(fleet),
    onSchemas(pulled) {
      compiler.use(pulled);
      trial?.use(pulled);
      loop.changed();
    },
  });
  const lead = (): void => {
    steering.lead();
    annotator?.look();
  };
  const known = (): boolean => sources.synced() && keeper.synced();
  // Nobody stands for election, nor pushes, before it knows all that there is to know.
  const beginWhenSynced = (): void => {
    if (leadership !== undefined || !known() || !discovery.synced()) return;
    if (election && cluster !== undefined) {
      elector = joinElection(options, cluster, keeper.ledBefore);
      leadership = followElection(elector, fleet, lead);
    } else {
      leadership = leadAlone(fleet);
      lead();
    }
  };
  const reviewer =
    trial &&
    openReviewer(options, {
      compiler: trial,
      synced: known,
      snapshot: () => sources.snapshot(),
      judge: (snapshot) => loop.tryOut(trial, snapshot),
    });
  const sources: Sources = openSources(options, () => {
    reviewer?.changed();
    if (known()) loop.changed();
    beginWhenSynced();
  });
  const discovery = openDiscovery(options, fleet, () => beginWhenSynced());
  const history = openHistory(values, cluster, options, options.outside.gzip);
  let judgedWith: string | undefined;
  const keeper: Keeper = openKeeper({
    ...options,
    store: history.store,
    leading,
    term,
    known: (id) => steering.accepted(id),
    onChange() {
      const { lastGood, approvals } = keeper.record();
      const matters = JSON.stringify([
        lastGood,
        keeper.lastGood()?.id,
        approvals.map(({ revision }) => revision),
      ]);
      // Before all is known nothing is judged: an empty record that comes then is still news.
      if (known() && judgedWith !== matters) {
        judgedWith = matters;
        loop.changed();
      }
      steering.look();
      annotator?.look();
      beginWhenSynced();
    },
  });
  const free = values.adopt || values.observe || !history.durable;
  const steering: Steering = startSteering({
    ...options,
    fleet,
    keeper,
    leading,
    firstPush: free
      ? undefined
      : createFirstPushGate({
          clock,
          report: options.report,
          gateways: () => fleet.entries(),
          begun: () => keeper.record().rollout?.revision,
          objects: () => steering.objects(),
          difference: (gateway, revision) =>
            differenceAt({ clock, reader: admin, compiler }, gateway, revision, stopping.signal),
          onChange: () => steering.look(),
        }),
  });

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
    metrics: metricsView({ clock, leading, term, fleet, loop, steering, keeper, certificates }),
    view: { leading, term, fleet, loop, sources, steering, keeper, load: (kept) => history.store.load(kept) },
    leading,
    review: reviewer?.review,
    async stop() {
      loop.stop();
      pulls.stop();
      observer.stop();
      annotator?.stop();
      steering.stop();
      stopping.abort('shutdown');
      await drain();
      leadership?.end();
      await elector?.release();
      keeper.close();
      sources.close();
      discovery.close();
      await Promise.all([closeAdmin(), compiler.close(), trial?.close()]);
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
