import { Counter, Gauge, Histogram } from 'prom-client';
import type { Registry } from 'prom-client';
import type { Finding } from '../config/finding.js';
import type { Happening, Report } from './happening.js';

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120];

type Instruments = ReturnType<typeof createInstruments>;

/** Labels have few values: no gateway, no revision, no message. */
function createInstruments(registry: Registry) {
  const registers = [registry];
  const counter = <L extends string = never>(
    name: string,
    help: string,
    labelNames: readonly L[] = [],
  ): Counter<L> =>
    new Counter({ name: `silverback_${name}_total`, help, labelNames: [...labelNames], registers });
  const histogram = <L extends string = never>(
    name: string,
    help: string,
    labelNames: readonly L[] = [],
  ): Histogram<L> =>
    new Histogram({
      name: `silverback_${name}_seconds`,
      help,
      labelNames: [...labelNames],
      buckets: SECONDS,
      registers,
    });

  const pushes = counter(
    'pushes',
    'Pushes by result: accepted, same, rejected, refused, busy, failed, unknown, unreachable, withdrawn',
    ['result', 'code'],
  );
  const pushBytes = counter('push_bytes', 'Bytes of configuration in the pushes that were begun');
  const pushDuration = histogram('push_duration', 'From the first byte of a push to the end of the answer', [
    'result',
  ]);
  const skipped = counter(
    'pushes_skipped',
    'Gateways that were found on the desired revision, so that nothing was pushed',
  );
  const late = counter(
    'pushes_late',
    'Pushes that took far longer than others and gave up their place in the bound',
  );
  const withheld = counter('pushes_withheld', 'Pushes that --observe withheld');
  const retries = counter('retries', 'Retries by what went wrong', ['code']);
  const drift = counter(
    'drift',
    'Gateways found off the revision they had been on: empty, file (loaded at start), older (a revision of ours) or foreign',
    ['kind'],
  );
  const contested = counter(
    'drift_contested',
    'Gateways that somebody else was found to change again and again',
  );
  const rests = counter('rests', 'Times a gateway had to rest before its next load');
  const canaries = counter(
    'canaries',
    'Revisions by what became of their canaries: proven, rejected, failed, stopped',
    ['result'],
  );
  const lostCanaries = counter('canaries_lost', 'Canaries that died or were too late, by what went wrong', [
    'code',
  ]);
  const rollouts = counter('rollouts', 'Rollouts that reached every gateway that could be reached');
  const overdue = counter(
    'rollouts_overdue',
    'Times gateways got a proven revision though newer ones kept coming, having waited too long',
  );
  const rejected = counter('revisions_rejected', 'Revisions rejected by a gateway with 400');
  const strange = counter(
    'hashes_accepted',
    "Hashes other than the revision's MD5 that were believed after two pushes",
  );
  const convergence = histogram(
    'convergence',
    'From a change of what is desired, or of the fleet, until every gateway serves it',
  );
  const lastConvergence = new Gauge({
    name: 'silverback_last_convergence_timestamp_seconds',
    help: 'When every gateway was last seen to serve the desired revision; absent before',
    registers,
  });
  lastConvergence.remove();
  const compilation = histogram(
    'config_compile_duration',
    'Parsing, merging, validating and sealing the sources',
    ['result'],
  );
  const historyFailures = counter('history_failures', 'Reads and writes of the history that failed', [
    'code',
  ]);
  const compileFailures = counter(
    'config_compile_failures',
    'Times the validator stopped without a verdict, so that nothing is known of the newest sources',
  );
  const holds = counter('config_holds', 'Configurations that were held, by why', ['code']);
  const findings = new Gauge({
    name: 'silverback_config_findings',
    help: 'Findings about the newest configuration by severity',
    labelNames: ['severity'],
    registers,
  });
  const quarantined = counter('sources_quarantined', 'Sources kept out because their change was invalid');
  const vanished = counter('sources_vanished', 'Sources that vanished or lost all of their configuration');
  const unreadable = counter('sources_unreadable', 'Files and folders that could not be read');
  const unreadableObjects = counter(
    'objects_unreadable',
    'Kubernetes objects that could not be used, by resource',
    ['resource'],
  );
  const elections = counter('leader_elections', 'Times this replica was elected');
  const losses = counter('leader_losses', 'Times this replica lost the lease without laying it down');
  const renewalFailures = counter('lease_renewal_failures', 'Renewals of the lease that failed');
  const readFailures = counter('lease_read_failures', 'Times the lease could not be read');
  const restarts = counter(
    'watch_restarts',
    'Watches that ended and were begun again, by resource and whether by a new list',
    ['resource', 'relist'],
  );
  const watchFailures = counter('watch_failures', 'Lists and watches that failed', ['resource']);
  const rotations = counter(
    'credential_rotations',
    'Changes of the Admin API credentials that were taken up',
  );
  const unreadableCredentials = counter(
    'credentials_unreadable',
    'Times the Admin API credentials could not be read again',
  );
  const schemaFailures = counter(
    'schema_pull_failures',
    'Times a gateway gave no schemas of plugins that nobody here knows, by what went wrong',
    ['code'],
  );
  const dropped = counter('events_dropped', 'Kubernetes Events that could not be written');
  const annotationFailures = counter(
    'source_annotation_failures',
    'Times the state of a source could not be noted on it',
  );
  const reviews = counter(
    'admission_reviews',
    'Changes of sources that the admission webhook was asked about, by whether it allowed them',
    ['allowed'],
  );
  return {
    annotationFailures,
    reviews,
    pushes,
    pushBytes,
    pushDuration,
    skipped,
    late,
    withheld,
    retries,
    drift,
    contested,
    rests,
    canaries,
    lostCanaries,
    rollouts,
    overdue,
    rejected,
    strange,
    convergence,
    lastConvergence,
    compilation,
    historyFailures,
    compileFailures,
    holds,
    findings,
    quarantined,
    vanished,
    unreadable,
    unreadableObjects,
    elections,
    losses,
    renewalFailures,
    readFailures,
    restarts,
    watchFailures,
    rotations,
    unreadableCredentials,
    schemaFailures,
    dropped,
  };
}

function setFindings({ findings }: Instruments, all: readonly Finding[]): void {
  for (const severity of ['error', 'hold', 'warning'] as const) {
    findings.set({ severity }, all.filter((finding) => finding.severity === severity).length);
  }
}

/** Metrics that count what happens, in a registry. */
export function countHappenings(registry: Registry): Report {
  const on = createInstruments(registry);
  return (happening) => count(on, happening);
}

function count(on: Instruments, happening: Happening): void {
  switch (happening.kind) {
    case 'push-started':
      on.pushBytes.inc(happening.bytes);
      return;
    case 'push-ended': {
      const { result, durationMs, trouble } = happening;
      on.pushes.inc({ result, code: trouble?.code ?? '' });
      on.pushDuration.observe({ result }, durationMs / 1000);
      return;
    }
    case 'push-skipped':
      on.skipped.inc();
      return;
    case 'push-late':
      on.late.inc();
      return;
    case 'would-push':
      on.withheld.inc();
      return;
    case 'retry':
      on.retries.inc({ code: happening.trouble.code });
      return;
    case 'drift':
      on.drift.inc({ kind: happening.cause });
      return;
    case 'drift-contested':
      on.contested.inc();
      return;
    case 'gateway-resting':
      on.rests.inc();
      return;
    case 'canary-lost':
      on.lostCanaries.inc({ code: happening.trouble.code });
      return;
    case 'canary-ended':
      on.canaries.inc({ result: happening.result });
      return;
    case 'rollout-succeeded':
      on.rollouts.inc();
      return;
    case 'rollout-overdue':
      on.overdue.inc();
      return;
    case 'revision-refused':
      on.rejected.inc();
      return;
    case 'hash-accepted':
      on.strange.inc();
      return;
    case 'converged':
      on.lastConvergence.setToCurrentTime();
      on.convergence.observe(happening.durationMs / 1000);
      return;
    case 'config-compiled':
      on.compilation.observe({ result: 'valid' }, happening.durationMs / 1000);
      setFindings(on, happening.findings);
      return;
    case 'config-invalid':
      on.compilation.observe({ result: 'invalid' }, happening.durationMs / 1000);
      setFindings(on, happening.findings);
      return;
    case 'config-held':
      for (const code of happening.codes) on.holds.inc({ code });
      on.findings.set({ severity: 'error' }, 0);
      on.findings.set({ severity: 'hold' }, happening.reasons.length);
      return;
    case 'history-trouble':
      on.historyFailures.inc({ code: happening.trouble.code });
      return;
    case 'compile-failed':
      on.compileFailures.inc();
      return;
    case 'source-quarantined':
      on.quarantined.inc();
      return;
    case 'source-vanished':
      on.vanished.inc();
      return;
    case 'source-unreadable':
      on.unreadable.inc();
      return;
    case 'object-unreadable':
      on.unreadableObjects.inc({ resource: happening.resource });
      return;
    case 'leader-elected':
      on.elections.inc();
      return;
    case 'leadership-lost':
      on.losses.inc();
      return;
    case 'lease-renewal-failed':
      on.renewalFailures.inc();
      return;
    case 'lease-unreachable':
      on.readFailures.inc();
      return;
    case 'watch-restarted':
      on.restarts.inc({ resource: happening.resource, relist: String(happening.relist) });
      return;
    case 'watch-failed':
      on.watchFailures.inc({ resource: happening.resource });
      return;
    case 'credentials-rotated':
      on.rotations.inc();
      return;
    case 'credentials-unreadable':
      on.unreadableCredentials.inc();
      return;
    case 'schemas-failed':
      on.schemaFailures.inc({ code: happening.trouble.code });
      return;
    case 'annotation-failed':
      on.annotationFailures.inc();
      return;
    case 'change-reviewed':
      on.reviews.inc({ allowed: String(happening.allowed) });
      return;
    case 'event-dropped':
      on.dropped.inc();
      return;
    // What these say is read at each scrape, counted with what led to it, or nothing to count.
    case 'started':
    case 'stopping':
    case 'stopped':
    case 'serving':
    case 'serving-certificate-rotated':
    case 'serving-certificate-unusable':
    case 'setting-doubtful':
    case 'watch-synced':
    case 'watch-recovered':
    case 'leader-observed':
    case 'lease-released':
    case 'source-changed':
    case 'sources-synced':
    case 'desired-changed':
    case 'discovery-changed':
    case 'gateway-found':
    case 'gateway-left':
    case 'gateway-phase':
    case 'converged-but':
    case 'no-gateways':
    case 'schemas-pulled':
    case 'schemas-missing':
    case 'would-change':
    case 'served-unreadable':
    case 'canary-chosen':
    case 'revision-withdrawn':
  }
}
