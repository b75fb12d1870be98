import type { Clock } from '../clock/clock.js';
import { shortId } from '../config/revision.js';
import type { Happening, ObjectRef, Report } from '../report/happening.js';
import { findingLine, firstOf, kept, words } from '../report/line.js';
import { createPodAdmission } from './pod-events.js';

/** A Kubernetes Event to be: on what, how grave, why in one CamelCase word, and a sentence. */
export interface EventNote {
  readonly object: ObjectRef;
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

const warning = (object: ObjectRef, reason: string, message: string): EventNote => ({
  object,
  type: 'Warning',
  reason,
  message,
});
const normal = (object: ObjectRef, reason: string, message: string): EventNote => ({
  object,
  type: 'Normal',
  reason,
  message,
});

const placeOfObject = ({ kind, namespace, name }: ObjectRef): string =>
  `${kind.toLowerCase()}/${namespace}/${name}/`;

const GATEWAY_REASONS: Readonly<Record<string, string>> = {
  unreachable: 'GatewayUnreachable',
  rejected: 'GatewayRejected',
  refused: 'GatewayRefused',
};

const DRIFT: Readonly<Record<Extract<Happening, { kind: 'drift' }>['cause'], string>> = {
  empty: 'serves nothing: it has restarted or was emptied',
  file: 'has restarted with a file of its own',
  older: 'was put on an older revision by somebody else',
  foreign: 'was changed by somebody else',
};

export interface EventReportOptions {
  readonly record: (note: EventNote) => void;
  readonly leading: () => boolean;
  /** The gateways' Service, where there is one; its uid comes with discovery. */
  readonly service: ObjectRef | undefined;
  readonly clock: Clock;
}

/**
 * Puts happenings on the objects they concern, as Events: the configuration's on its ConfigMaps and Secrets, a gateway's on the
 * Service, and on its Pod unless too many have trouble, the election's on the Lease. Only the leader speaks, lest every replica
 * say the same.
 */
export function eventReport(options: EventReportOptions): Report {
  const { record, leading, clock } = options;
  let { service } = options;
  const admitsPod = createPodAdmission(clock);
  let sources: readonly ObjectRef[] = [];
  /** The revision that these sources make. */
  let newest: string | undefined;

  const onGateway = (pod: ObjectRef | undefined, reason: string, message: string): EventNote[] => {
    const own = pod !== undefined && leading() && admitsPod(pod) ? [pod] : [];
    return [service ?? [], own].flat().map((object) => warning(object, reason, message));
  };

  const stopped = (message: string): EventNote[] =>
    service === undefined ? [] : [warning(service, 'RolloutStopped', message)];

  const notes = (happening: Happening): EventNote[] => {
    switch (happening.kind) {
      case 'discovery-changed':
        service = happening.service ?? service;
        return [];
      case 'config-compiled':
        sources = happening.sources;
        newest = happening.revision;
        return [];
      case 'config-invalid':
        return happening.objects.map((object) => {
          const own = happening.findings.filter(({ file }) => file?.startsWith(placeOfObject(object)));
          const findings = own.length > 0 ? own : happening.findings;
          const what = findings.length === 0 ? 'it is invalid' : firstOf(findings.map(findingLine));
          return warning(object, 'ConfigRejected', `${what}; ${kept(happening.kept)}`);
        });
      case 'source-quarantined': {
        const { object, findings } = happening;
        if (object === undefined) return [];
        const what = firstOf(findings.map(findingLine));
        return [warning(object, 'ConfigRejected', `${what}; what it said before stays, the others go on`)];
      }
      case 'config-held':
        return happening.objects.map((object) =>
          warning(object, 'ConfigHeld', `${firstOf(happening.reasons)}; ${kept(happening.kept)}`),
        );
      case 'revision-refused': {
        const what = firstOf(happening.findings.map(findingLine));
        const kong = happening.kongVersion === undefined ? '' : ` (Kong ${happening.kongVersion})`;
        const effect = happening.canary ? 'the fleet is untouched' : 'it alone is set aside';
        const message = `gateway ${happening.gateway}${kong} rejected ${shortId(happening.revision)}, ${effect}: ${what}`;
        return [
          ...sources.map((object) => warning(object, 'ConfigRejected', message)),
          ...(happening.canary ? stopped(message) : []),
        ];
      }
      case 'canary-ended': {
        const { result, revision, trouble } = happening;
        // Of a rejection its findings tell.
        if (result === 'proven' || result === 'rejected') return [];
        const why = trouble === undefined ? '' : `: ${words(trouble)}`;
        const message = `the canary of ${shortId(revision)} ${result === 'failed' ? 'failed, it is withdrawn' : 'was lost several times, its rollout is stopped'}${why}`;
        const reason = result === 'failed' ? 'ConfigRejected' : 'RolloutStopped';
        return [...sources.map((object) => warning(object, reason, message)), ...stopped(message)];
      }
      case 'converged': {
        const { revision, gateways } = happening;
        if (revision !== newest) return [];
        const message = `all ${gateways} gateway${gateways === 1 ? '' : 's'} serve ${shortId(revision)}`;
        return sources.map((object) => normal(object, 'ConfigApplied', message));
      }
      case 'gateway-phase': {
        const reason = GATEWAY_REASONS[happening.to];
        if (reason === undefined) return [];
        const why = happening.trouble === undefined ? '' : `: ${words(happening.trouble)}`;
        return onGateway(happening.object, reason, `gateway ${happening.gateway} is ${happening.to}${why}`);
      }
      case 'drift': {
        const { gateway, expected, cause, repair } = happening;
        const effect = repair ? 'it is repaired' : 'it is left so (--drift report)';
        const message = `gateway ${gateway} was on ${shortId(expected)} and ${DRIFT[cause]}; ${effect}`;
        return onGateway(happening.object, 'GatewayDrift', message);
      }
      case 'drift-contested': {
        const message = `gateway ${happening.gateway} was changed ${happening.times} times by somebody else; it is put back, but ever more slowly`;
        return onGateway(happening.object, 'GatewayContested', message);
      }
      case 'leader-elected':
        return [
          normal(happening.lease, 'LeaderElected', `${happening.identity} leads, term ${happening.term}`),
        ];
      default:
        return [];
    }
  };

  return (happening) => {
    const noted = notes(happening);
    if (leading()) noted.forEach(record);
  };
}
