// What a person who was woken up needs first: how the fleet is, why, and what to do. Pure.
import { placeOf } from '../../config/finding.js';
import { shortId } from '../../config/revision.js';
import { concerns } from './concerns.js';
import { laggards } from './laggards.js';
import type { Level, Status, Summary } from './status.js';

export type Facts = Omit<Status, 'summary'>;

/** One sentence for the state of everything, and what to do about it, most urgent first. */
export function summarise(facts: Facts): Summary {
  if (!facts.leadership.leading) return fromAside(facts);
  const { gateways, config, revisions } = facts;
  if (gateways.length === 0) return withoutGateways(facts);
  if (config.verdict === 'pending' && revisions.desired === undefined)
    return { level: 'unknown', sentence: 'The sources have not been judged yet', advice: [] };
  const late = laggards(facts);
  const others = concerns(facts);
  const sentence = [fleetSentence(facts), ...late.said, ...others.map(({ said }) => said)].join('; ');
  return {
    level: levelOf(facts, late.stuck || others.length > 0),
    sentence,
    advice: [...late.advice, ...others.flatMap(({ advice }) => advice)],
  };
}

function levelOf({ gateways, observing }: Facts, attention: boolean): Level {
  if (attention) return 'attention';
  return gateways.every(({ current }) => current) && !observing ? 'ok' : 'working';
}

/** What a replica knows that does not lead: the sources, and who does. */
function fromAside(facts: Facts): Summary {
  const { leadership, config } = facts;
  const { holder, lease } = leadership;
  const invalid = config.findings.find(({ severity }) => severity === 'error');
  const but = config.verdict === 'invalid' ? `; it finds the configuration invalid${placeText(invalid)}` : '';
  if (!leadership.election)
    return {
      level: 'unknown',
      sentence: `This replica has just started: it is still reading its sources, its history and where the gateways are${but}`,
      advice: ['If this lasts, its log and /readyz say what it waits for'],
    };
  if (holder === undefined || holder === '') {
    const where =
      lease === undefined ? '' : `: kubectl -n ${lease.namespace} get lease ${lease.name} -o yaml`;
    return {
      level: 'unknown',
      sentence: `Nobody leads, as far as this replica knows: nothing is pushed${but}`,
      advice: [
        `If this lasts longer than a lease, look at the Lease and at the logs of the replicas${where}`,
      ],
    };
  }
  const [pod = holder] = holder.split('_');
  const forward =
    lease === undefined ? '' : `: kubectl -n ${lease.namespace} port-forward pod/${pod} 10256:10256`;
  return {
    level: 'following',
    sentence: `This replica follows; ${holder} leads, and knows how the gateways are${but}`,
    advice: [`Ask the leader${forward}`],
  };
}

const placeText = (finding: Parameters<typeof placeOf>[0] | undefined): string =>
  finding === undefined
    ? ''
    : ` (${[placeOf(finding), finding.message].filter((part) => part !== '').join(': ')})`;

function withoutGateways(facts: Facts): Summary {
  const others = concerns(facts);
  return {
    level: 'attention',
    sentence: ['There are no gateways: nothing is pushed', ...others.map(({ said }) => said)].join('; '),
    advice: [
      ...(facts.discoveryProblems.length > 0
        ? []
        : [
            'See whether --kong-admin-svc names the Service of the Admin API, and whether it has endpoints: kubectl get endpointslices -l kubernetes.io/service-name=SERVICE',
          ]),
      ...others.flatMap(({ advice }) => advice),
    ],
  };
}

function fleetSentence({ gateways, revisions, observing, config }: Facts): string {
  const total = gateways.length;
  const done = gateways.filter(({ current }) => current).length;
  const what = observing ? 'Only observing: ' : '';
  if (revisions.desired === undefined) {
    const why =
      config.verdict === 'pending' ? 'the sources have not been judged yet' : 'nothing is desired yet';
    return `${what}Nothing is pushed to the ${plural(total, 'gateway')}: ${why}`;
  }
  const id = shortId(revisions.desired.id);
  if (done === total)
    return `${what}${total === 1 ? 'The one gateway serves' : `All ${total} gateways serve`} ${id}`;
  const serve = `${what}${done} of ${plural(total, 'gateway')} ${done === 1 ? 'serves' : 'serve'} ${id}`;
  const rest = total - done;
  return observing ? serve : `${serve}; ${rest} ${rest === 1 ? 'is' : 'are'} behind`;
}

const plural = (count: number, thing: string): string => `${count} ${thing}${count === 1 ? '' : 's'}`;
