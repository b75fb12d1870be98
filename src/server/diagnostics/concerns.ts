// What waits for a person, beside the gateways themselves.
import { placeOf } from '../../config/finding.js';
import { shortId } from '../../config/revision.js';
import { namesOf, podCommand } from './laggards.js';
import type { GatewayStatus } from './status.js';
import type { Facts } from './summary.js';

export interface Concern {
  /** A part of the sentence. */
  readonly said: string;
  readonly advice: readonly string[];
}

/** Most urgent first: what stops every change, then what stops one, then what only wants to be known. */
export function concerns(facts: Facts): Concern[] {
  return [invalid, held, withdrawn, stopped, unsteady, paused, quarantined, undiscovered].flatMap(
    (look) => look(facts) ?? [],
  );
}

const stays = ({ revisions }: Facts): string =>
  revisions.desired === undefined ? 'nothing is pushed' : `${shortId(revisions.desired.id)} stays`;

const plural = (count: number, thing: string): string => `${count} ${thing}${count === 1 ? '' : 's'}`;

function invalid(facts: Facts): Concern | undefined {
  const { config } = facts;
  if (config.verdict !== 'invalid' || quarantinedIn(facts).length > 0) return undefined;
  const errors = config.findings.filter(({ severity }) => severity === 'error');
  const [first] = errors;
  if (first === undefined)
    return {
      said: `the newest configuration could not be validated, ${stays(facts)}`,
      advice: ['Look at the log of this replica for what went wrong'],
    };
  const place = placeOf(first);
  const where = place === '' ? '' : ` at ${place}`;
  const more = errors.length > 1 ? ` (and ${plural(errors.length - 1, 'more error')})` : '';
  return {
    said: `the newest configuration is invalid, ${stays(facts)}: ${place === '' ? '' : `${place}: `}${first.message}${more}`,
    advice: [`Correct the configuration${where}${first.hint === undefined ? '' : `: ${first.hint}`}`],
  };
}

function held({ revisions }: Facts): Concern | undefined {
  const { held: hold } = revisions;
  if (hold === undefined) return undefined;
  const [first = 'no reason given', ...rest] = hold.reasons;
  const why = rest.length === 0 ? first : `${first} (and ${rest.length} more)`;
  if (hold.revision === undefined)
    return { said: `what the sources hold now is held: ${why}`, advice: ['Put back what is missing'] };
  const id = shortId(hold.revision);
  return {
    said: `${id} is held: ${why}`,
    advice: [
      `See what ${id} would change; if it is meant: silverback approve ${id}; else correct the sources`,
    ],
  };
}

function withdrawn({ rollout, revisions }: Facts): Concern | undefined {
  if (rollout.phase !== 'withdrawn' || rollout.revision === undefined) return undefined;
  const { revision } = rollout;
  const id = shortId(revision);
  const found = revisions.withdrawn.find((each) => each.revision === revision);
  const why = found === undefined ? '' : `: ${found.why} (${found.by})`;
  return {
    said: `${id} is what the sources say, and was withdrawn${why}`,
    advice: [`Correct the sources; to try the same once more: silverback approve ${id}`],
  };
}

function stopped({ rollout }: Facts): Concern | undefined {
  if (rollout.phase !== 'stopped' || rollout.revision === undefined) return undefined;
  const id = shortId(rollout.revision);
  return {
    said: `the rollout of ${id} has stopped: too many canaries were lost`,
    advice: [
      `Look at the happenings of the canaries: it is tried again by itself; to give it up: silverback rollout abort ${id}`,
    ],
  };
}

/** So often within ten minutes, and it is no accident. */
const UNSTEADY_TIMES = 3;

/** Those that serve what they should, but only because they are put back again and again. */
function unsteady({ gateways }: Facts): Concern[] {
  const lately = gateways.filter(({ drift }) => drift !== undefined && drift.times >= UNSTEADY_TIMES);
  const restarting = lately.filter(({ drift }) => drift?.kind === 'empty' || drift?.kind === 'file');
  const contested = lately.filter((gateway) => !restarting.includes(gateway));
  return [
    ...tellUnsteady(restarting, 'lose their configuration', 'loses its configuration', 'see why it restarts'),
    ...tellUnsteady(
      contested,
      'are changed by somebody else',
      'is changed by somebody else',
      'find out who else pushes to its Admin API',
    ),
  ];
}

function tellUnsteady(
  gateways: readonly GatewayStatus[],
  many: string,
  one: string,
  advice: string,
): Concern[] {
  if (gateways.length === 0) return [];
  const names = namesOf(gateways);
  return [
    {
      said: `${names} ${gateways.length === 1 ? one : many} again and again`,
      advice: [`${names}: ${advice}${podCommand(gateways)}`],
    },
  ];
}

function paused({ revisions }: Facts): Concern | undefined {
  if (revisions.paused === undefined) return undefined;
  const { at, by } = revisions.paused;
  return {
    said: `${by} paused the rollout at ${at}`,
    advice: ['To let new revisions go to the gateways again: silverback rollout resume'],
  };
}

/** Those that are kept out while others go on; where none do, the configuration as a whole is invalid. */
function quarantinedIn({ config }: Facts): Facts['config']['sources'] {
  const out = config.sources.filter(({ state }) => state === 'quarantined');
  return out.length === config.sources.length ? [] : out;
}

function quarantined(facts: Facts): Concern | undefined {
  const sources = quarantinedIn(facts);
  const [first, ...rest] = sources;
  if (first === undefined) return undefined;
  const more = rest.length === 0 ? '' : ` (and ${plural(rest.length, 'more source')})`;
  const why = first.reason === undefined ? '' : `: ${first.reason}`;
  return {
    said: `${first.name} is kept out with its change, the others go on${more}${why}`,
    advice: sources.slice(0, 3).map(({ name }) => `Correct ${name}`),
  };
}

function undiscovered({ discoveryProblems }: Facts): Concern | undefined {
  const [first, ...rest] = discoveryProblems;
  if (first === undefined) return undefined;
  return {
    said: `not every endpoint is a gateway: ${first}${rest.length === 0 ? '' : ` (and ${rest.length} more)`}`,
    advice: ['See the port names and the address types of the Service of the Admin API'],
  };
}
