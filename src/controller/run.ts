import { hostname } from 'node:os';
import { systemClock } from '../clock/clock.js';
import { newIdentity } from '../kube/election/identity.js';
import { createEventRecorder } from '../kube/events/event-recorder.js';
import { createLogger, logReport } from '../report/log.js';
import { createMetrics } from '../report/metrics/metrics.js';
import { oneLine } from '../report/one-line.js';
import type { Metrics } from '../report/metrics/metrics.js';
import type { Happening, Report } from '../report/happening.js';
import { listen } from '../server/listen.js';
import type { Handler, Listening } from '../server/listen.js';
import { metricsRoutes } from '../server/metrics.js';
import { probeRoutes } from '../server/probes.js';
import { objectKind } from '../sources/objects.js';
import type { Values } from '../settings/read.js';
import { clusterWanted, electionWanted, openCluster, SetupError } from './cluster.js';
import type { Cluster } from './cluster.js';
import { startController } from './controller.js';
import type { Controller } from './controller.js';
import { openDiagnostics } from './diagnostics/open.js';
import { createRecorder } from './diagnostics/recorder.js';
import type { Recorder } from './diagnostics/recorder.js';
import { eventReport } from './events.js';
import { realOutside } from './outside.js';
import { leaseOf } from './parts.js';
import type { Ports } from './ports.js';
import { openWebhook } from './webhook.js';

export interface RunContext {
  readonly version: string;
  readonly env: NodeJS.ProcessEnv;
  /** What looks odd about the settings, yet is no mistake for sure. */
  readonly doubts: readonly string[];
}

/** One report that goes to several; more may join later. */
function createHub(first: readonly Report[]): {
  readonly report: Report;
  readonly join: (report: Report) => void;
} {
  const all = [...first];
  return {
    report: (happening: Happening) => all.forEach((report) => report(happening)),
    join: (report) => void all.push(report),
  };
}

/** Resolves with the name of the first signal; the second one ends the process at once. */
function untilSignal(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.once(signal, () => {
        process.once(signal, () => process.exit(1));
        resolve(signal);
      });
    }
  });
}

function summaryOf(values: Values, election: boolean): string {
  const gateways = values['kong-admin-svc'] ?? values['kong-admin-url'].join(', ');
  const selector = values['config-selector'];
  const kinds = values['config-kinds'].map((kind) => `${objectKind(kind)}s`);
  const sources = [
    ...values['config-file'],
    ...values['config-dir'],
    ...(selector === undefined ? [] : [`${kinds.join(' and ')} with ${selector}`]),
  ].join(', ');
  const notes = [
    election ? 'with leader election' : 'without leader election',
    ...(values.observe ? ['only observing'] : []),
  ];
  return `${sources} -> ${gateways}, ${notes.join(', ')}`;
}

/** Events on the objects concerned, while we lead and there is a cluster. */
function joinEvents(
  cluster: Cluster | undefined,
  values: Values,
  ports: Ports,
  identity: string,
  leading: () => boolean,
  join: (report: Report) => void,
): { readonly close: () => Promise<void> } {
  if (cluster === undefined) return { close: () => Promise.resolve() };
  const recorder = createEventRecorder({
    ...ports,
    client: cluster.client,
    component: 'silverback',
    instance: identity,
  });
  const [namespace, name] = values['kong-admin-svc']?.split('/') ?? [];
  const service =
    namespace !== undefined && name !== undefined
      ? { apiVersion: 'v1', kind: 'Service', namespace, name }
      : undefined;
  join(eventReport({ record: (note) => recorder.record(note), leading, service, clock: ports.clock }));
  return { close: () => recorder.close() };
}

async function serve(
  values: Values,
  controller: Controller,
  metrics: Metrics,
  ports: Ports,
  openDashboard: () => Promise<Listening | undefined>,
): Promise<readonly Listening[]> {
  const { report } = ports;
  const probes = values['health-probe-bind-address'];
  const scrapes = values['metrics-bind-address'];
  const servers: Listening[] = [];
  const open = async (
    what: string,
    address: typeof probes,
    routes: Readonly<Record<string, Handler>>,
  ): Promise<void> => {
    if (address === undefined) return;
    const server = await listen(address, routes);
    servers.push(server);
    report({ kind: 'serving', what, address: server.address });
  };
  await open('probes', probes, probeRoutes(controller.readyChecks));
  await open('metrics', scrapes, metricsRoutes(metrics.registry));
  const webhook = await openWebhook(values, ports, controller.review);
  if (webhook !== undefined) servers.push(webhook);
  const diagnostics = await openDashboard();
  if (diagnostics === undefined) return servers;
  report({ kind: 'serving', what: 'dashboard and diagnostics API', address: diagnostics.address });
  return [...servers, diagnostics];
}

async function runUntilStopped(
  values: Values,
  context: RunContext,
  hub: ReturnType<typeof createHub>,
  metrics: Metrics,
  recorder: Recorder,
): Promise<void> {
  const { env, version } = context;
  const { report } = hub;
  const ports: Ports = { clock: systemClock, random: Math.random, report };
  const identity = newIdentity(env['POD_NAME'] ?? hostname());
  const election = electionWanted(values, env);
  report({ kind: 'started', version, identity, summary: summaryOf(values, election) });
  for (const message of context.doubts) report({ kind: 'setting-doubtful', message });

  const cluster = clusterWanted(values, env)
    ? await openCluster(values, env, ports, `silverback/${version} (${identity})`)
    : undefined;
  const outside = realOutside(values, env, ports);
  const controller = await startController({
    ...ports,
    values,
    version,
    identity,
    cluster,
    election,
    outside,
  });
  metrics.attach(controller.metrics);
  const events = joinEvents(cluster, values, ports, identity, controller.leading, hub.join);
  const lease = election && cluster !== undefined ? leaseOf(values, cluster) : undefined;
  const { clock } = ports;
  const servers = await serve(values, controller, metrics, ports, () =>
    openDiagnostics({
      ...{ values, version, identity, election, lease, clock, recorder },
      view: controller.view,
    }),
  );

  const signal = await untilSignal();
  report({ kind: 'stopping', reason: `received ${signal}` });
  await controller.stop();
  await events.close();
  await Promise.all([...servers.map((server) => server.close()), cluster?.close()]);
  report({ kind: 'stopped' });
}

/**
 * Runs the controller until a signal stops it.
 *
 * @returns the exit code: 0 stopped as asked, 1 it could not start, 2 the settings do not suffice
 */
export async function run(values: Values, context: RunContext): Promise<number> {
  const logger = await createLogger({ level: values['log-level'], format: values['log-format'] });
  const metrics = createMetrics(context.version);
  const debug = values['log-level'] === 'debug' || values['log-level'] === 'trace';
  const recorder = createRecorder(systemClock, debug);
  const hub = createHub([logReport(logger), metrics.report, recorder.report]);
  try {
    await runUntilStopped(values, context, hub, metrics, recorder);
    return 0;
  } catch (error) {
    logger.fatal({ event: 'cannot-start' }, oneLine(error instanceof Error ? error.message : String(error)));
    return error instanceof SetupError ? 2 : 1;
  }
}
