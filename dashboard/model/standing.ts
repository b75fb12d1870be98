// Where a gateway stands, for people: which group it is shown in, in which words, with which symbol.
import type { GatewayStatus } from '../../src/server/diagnostics/status.js';
import type { Overview } from './picture.js';
import { isEmptyHash } from './words.js';

/** Troubled ones come first. The colour follows the group; word and symbol say the same without it. */
export type Group = 'trouble' | 'moving' | 'waiting' | 'fine' | 'unknown';

export type Symbol = 'cross' | 'lock' | 'clash' | 'arrow' | 'clock' | 'check' | 'question';

export interface Standing {
  readonly group: Group;
  readonly word: string;
  readonly symbol: Symbol;
  /** Within its group: the lower the earlier. */
  readonly rank: number;
}

export const GROUPS: readonly { readonly group: Group; readonly title: string }[] = [
  { group: 'trouble', title: 'In trouble' },
  { group: 'moving', title: 'On their way' },
  { group: 'waiting', title: 'Waiting' },
  { group: 'unknown', title: 'Not known' },
  { group: 'fine', title: 'Up to date' },
];

const standing = (group: Group, word: string, symbol: Symbol, rank = 0): Standing => ({
  group,
  word,
  symbol,
  rank,
});

const FOLLOWED = standing('unknown', 'Ask the leader', 'question');
const UNKNOWN = standing('unknown', 'Not looked at yet', 'question');
const REJECTS = standing('trouble', 'Rejects the configuration', 'cross', 0);
const REFUSES = standing('trouble', 'Refuses Silverback', 'lock', 1);
const FOREIGN = standing('trouble', 'Changed by somebody else', 'clash', 2);
const UNREACHABLE = standing('trouble', 'Unreachable', 'cross', 3);
const FAILS = standing('trouble', 'Fails', 'cross', 4);
const ERRORS = standing('trouble', 'Answers with errors', 'cross', 3);
const UNSTEADY = standing('trouble', 'Keeps losing its configuration', 'clash', 5);
const BUSY = standing('moving', 'Busy with another load', 'clock', 1);
const LOADING = standing('moving', 'Loading', 'arrow');
const CHECKING = standing('moving', 'Being checked', 'arrow');
const WAITS = standing('waiting', 'Waits', 'clock');
const EMPTY = standing('waiting', 'Empty', 'clock');
const FINE = standing('fine', 'Up to date', 'check');

/** It shows a hash that is none of ours. */
export const isForeign = ({ hash, revision, current }: GatewayStatus): boolean =>
  !current && hash !== undefined && revision === undefined && !isEmptyHash(hash);

/** @param unsteady it has lost or changed its configuration again and again, though it may be well at this moment */
export function standingOf(gateway: GatewayStatus, leading: boolean, unsteady = false): Standing {
  const { phase, current, trouble, hash } = gateway;
  if (!leading) return FOLLOWED;
  switch (phase) {
    case 'rejected':
      return REJECTS;
    case 'refused':
      return REFUSES;
    case 'unreachable':
      return /^[1-5]\d\d/.test(trouble?.code ?? '') ? ERRORS : UNREACHABLE;
    case 'busy':
      return BUSY;
    case 'pushing':
      return LOADING;
    default:
  }
  if (trouble !== undefined) return FAILS;
  if (unsteady) return UNSTEADY;
  if (current) return FINE;
  if (phase === 'verifying') return CHECKING;
  if (hash === undefined) return UNKNOWN;
  if (isForeign(gateway)) return FOREIGN;
  return isEmptyHash(hash) ? EMPTY : WAITS;
}

/** Gateways of one group, worst first. */
export interface GroupOfGateways {
  readonly group: Group;
  readonly title: string;
  readonly gateways: readonly { readonly gateway: GatewayStatus; readonly standing: Standing }[];
}

const byName = new Intl.Collator('en', { numeric: true });

/**
 * The groups that have gateways, troubled ones first.
 *
 * @param unsteady names of those that are so
 */
export function groupsOf(
  gateways: Iterable<GatewayStatus>,
  leading: boolean,
  unsteady: ReadonlyMap<string, unknown>,
): readonly GroupOfGateways[] {
  const members = Array.from(gateways, (gateway) => ({
    gateway,
    standing: standingOf(gateway, leading, unsteady.has(gateway.name)),
  }));
  members.sort(
    (one, other) =>
      one.standing.rank - other.standing.rank || byName.compare(one.gateway.name, other.gateway.name),
  );
  return GROUPS.map(({ group, title }) => ({
    group,
    title,
    gateways: members.filter((member) => member.standing.group === group),
  })).filter((each) => each.gateways.length > 0);
}

/** Whether a gateway is among those that somebody looks for: by any part of what its tile or its details show. */
export function matches(
  { name, url, node, zone, kongVersion, hash, trouble }: GatewayStatus,
  text: string,
): boolean {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return true;
  return [name, url, node, zone, kongVersion, hash, trouble?.reason, trouble?.code].some(
    (value) => value?.toLowerCase().includes(wanted) === true,
  );
}

/** Whether this replica knows how gateways are. */
export const isLeading = (overview: Overview | undefined): boolean => overview?.leadership.leading === true;
