// The gateways that do not serve what they should, and why, in words.
import { EMPTY_HASH, shortId } from '../../config/revision.js';
import type { Phase } from '../../report/phases.js';
import type { Facts } from './summary.js';
import type { GatewayStatus } from './status.js';

export interface Laggards {
  /** Parts of the sentence. */
  readonly said: readonly string[];
  readonly advice: readonly string[];
  /** Some do not get there by themselves. */
  readonly stuck: boolean;
}

/** As many are named; of more, their number says enough. */
const NAMED = 3;
/** As many groups of gateways that have one cause in common. */
const GROUPS = 3;
/** Who serves something else for longer than this, though nothing is rolled out, is left so (ms). */
const LINGER_MS = 60_000;

/** What each of these phases means, from the gravest. */
const STUCK: readonly (readonly [Phase, { one: string; many: string; advice: string }])[] = [
  [
    'unreachable',
    {
      one: 'cannot be reached',
      many: 'cannot be reached',
      advice: 'see whether it runs, and whether a NetworkPolicy lets us in',
    },
  ],
  [
    'refused',
    {
      one: 'refuses us',
      many: 'refuse us',
      advice: 'see the token and the certificate of --kong-admin-*; silverback doctor looks at both',
    },
  ],
  [
    'rejected',
    {
      one: 'rejects the revision',
      many: 'reject the revision',
      advice: 'its log says why; compare its version and plugins with the others',
    },
  ],
];

/** Of those that can be reached, but only to hear of an error of theirs. */
const FAILING = {
  one: 'answers with errors',
  many: 'answer with errors',
  advice: 'its error log says why',
};

/** What is said of those that are on their way. */
const ON_THEIR_WAY: Readonly<Partial<Record<Phase, string>>> = {
  pushing: 'loading',
  verifying: 'being verified',
  busy: 'busy with another load, and tried again',
  'out-of-sync': 'waiting for their turn',
  probing: 'being asked what they serve',
  unknown: 'not heard of yet',
  'in-sync': 'on an older revision, until it is their turn',
};

export function laggards(facts: Facts): Laggards {
  const behind = facts.gateways.filter(({ current }) => !current);
  if (facts.revisions.desired === undefined) return reachOf(behind);
  const stuck = STUCK.flatMap(([phase, words]) =>
    groupsOf(behind.filter((gateway) => gateway.phase === phase)).map((group) => tell(group, words)),
  );
  const left = behind.filter((gateway) => isLeftBehind(gateway, facts));
  const shown = [...stuck, ...(left.length === 0 ? [] : [tellLeft(left)])];
  const more = shown.length - GROUPS;
  return {
    said: [
      ...shown.slice(0, GROUPS).map(({ said }) => said),
      ...(more > 0 ? [`${more} more ${more === 1 ? 'cause' : 'causes'} of trouble with gateways`] : []),
      ...waysOf(behind, new Set(left), facts),
    ],
    advice: shown.map(({ advice }) => advice),
    stuck: shown.length > 0,
  };
}

/** Before anything is desired, all that can be said is who cannot be reached. */
function reachOf(gateways: readonly GatewayStatus[]): Laggards {
  const shown = STUCK.filter(([phase]) => phase !== 'rejected').flatMap(([phase, words]) =>
    groupsOf(gateways.filter((gateway) => gateway.phase === phase)).map((group) => tell(group, words)),
  );
  return {
    said: shown.slice(0, GROUPS).map(({ said }) => said),
    advice: shown.map(({ advice }) => advice),
    stuck: shown.length > 0,
  };
}

/** Gateways with one and the same trouble, the largest group first. */
function groupsOf(gateways: readonly GatewayStatus[]): GatewayStatus[][] {
  const groups = new Map<string, GatewayStatus[]>();
  for (const gateway of gateways) {
    const key = gateway.trouble?.code ?? '';
    groups.set(key, [...(groups.get(key) ?? []), gateway]);
  }
  return [...groups.values()].sort((one, other) => other.length - one.length);
}

interface Told {
  readonly said: string;
  readonly advice: string;
}

function tell(group: readonly GatewayStatus[], ofPhase: (typeof STUCK)[number][1]): Told {
  const trouble = group.find((gateway) => gateway.trouble !== undefined)?.trouble;
  const words = trouble !== undefined && /^5\d\d/.test(trouble.code) ? FAILING : ofPhase;
  const verb = group.length === 1 ? words.one : words.many;
  const because = trouble === undefined ? '' : `: ${trouble.reason}`;
  const what = trouble?.advice ?? words.advice;
  return {
    said: `${namesOf(group)} ${verb}${because}`,
    advice: `${namesOf(group)}: ${what}${podCommand(group)}`,
  };
}

/** The command that shows what a Pod says of itself. */
export function podCommand([first]: readonly GatewayStatus[]): string {
  const pod = first?.pod;
  return pod === undefined ? '' : ` (kubectl -n ${pod.namespace} describe pod ${pod.name})`;
}

/** Nobody pushes to it although something else is desired, and nothing is under way. */
function isLeftBehind(
  { phase, since }: GatewayStatus,
  { rollout, observing, time, revisions }: Facts,
): boolean {
  const settled = rollout.phase === 'idle' && revisions.paused === undefined && !observing;
  const lasts = since !== undefined && Date.parse(time) - Date.parse(since) > LINGER_MS;
  return settled && phase === 'out-of-sync' && lasts;
}

function tellLeft(left: readonly GatewayStatus[]): Told {
  const hash = left[0]?.hash;
  const what = hash === undefined ? 'something else' : hash === EMPTY_HASH ? 'nothing' : shortId(hash);
  return {
    said: `${namesOf(left)} ${left.length === 1 ? 'serves' : 'serve'} ${what}, and ${left.length === 1 ? 'is' : 'are'} left so`,
    advice: `${namesOf(left)}: find out who changes it; with --drift repair it is put back`,
  };
}

/** What those are doing that get there by themselves. */
function waysOf(behind: readonly GatewayStatus[], left: ReadonlySet<GatewayStatus>, facts: Facts): string[] {
  if (facts.observing) return [];
  const stuck = new Set(STUCK.map(([phase]) => phase));
  const counts = new Map<string, number>();
  for (const gateway of behind) {
    if (stuck.has(gateway.phase) || left.has(gateway)) continue;
    const way = ON_THEIR_WAY[gateway.phase] ?? gateway.phase;
    counts.set(way, (counts.get(way) ?? 0) + 1);
  }
  return [...counts].map(([way, count]) => `${count} ${way}`);
}

/** `kong-1`, `kong-1 and kong-2`, `kong-1, kong-2, kong-3 and 4 more`. */
export function namesOf(gateways: readonly { readonly name: string }[]): string {
  const names = gateways.slice(0, NAMED).map(({ name }) => name);
  const more = gateways.length - names.length;
  const all = more > 0 ? [...names, `${more} more`] : names;
  return all.length < 2 ? all.join('') : `${all.slice(0, -1).join(', ')} and ${all.at(-1) ?? ''}`;
}
