// Which route comes first: the number that the router of Kong 3.9.3 sorts by (get_priority in kong/router/transform.lua).
//
// Its code means a number of 64 bits, and makes most of it with shifts of 32: LuaJIT's bit.lshift(n, 61) of a plain number shifts
// by 61 mod 32. So hosts without a wildcard and regular expressions, whose bits are made with 64, outweigh the number of criteria,
// unlike what Kong's documentation says. Run unmodified in LuaJIT, the code gives the numbers of test/fixtures/kong/router-priorities.ndjson.
import { isRegexPath } from './route.js';
import type { Route, RoutePart } from './route.js';

/** What the number is made of. */
export interface Rank {
  /** How many kinds of criteria there are: methods, hosts, headers, snis, paths. */
  readonly criteria: number;
  /** Hosts, and none of them with a wildcard. */
  readonly plainHosts: boolean;
  readonly headers: number;
  readonly regex: boolean;
  readonly regexPriority: number;
  /** Bytes of the prefix. */
  readonly length: number;
}

const MOST_HEADERS = 255;

export function rankOf(route: Route, { paths }: RoutePart): Rank {
  const { methods, hosts, headers, snis, regexPriority } = route;
  const [first] = paths;
  const regex = first !== undefined && isRegexPath(first);
  const kinds = [methods.length, hosts.length, headers.size, snis.length, paths.length];
  return {
    criteria: kinds.filter((count) => count > 0).length,
    plainHosts: hosts.length > 0 && hosts.every((host) => !host.includes('*')),
    headers: Math.min(headers.size, MOST_HEADERS),
    regex,
    regexPriority: regex ? regexPriority : 0,
    length: first === undefined || regex ? 0 : Buffer.byteLength(first) % 0x80000,
  };
}

const PLAIN_HOSTS = 1n << 60n;
const REGEX = 1n << 51n;

/** The number as Kong's code makes it. */
export function computedPriority(rank: Rank): bigint {
  const { plainHosts, regex, length } = rank;
  const parts = [rank.criteria << 29, rank.headers << 20, (rank.regexPriority | 0) << 19, length];
  // Without a part of 64 bits, all of it has 32.
  if (!plainHosts && !regex) return unsigned(parts.reduce((all, part) => all | part));
  const low = parts.map(unsigned).reduce((all, part) => all | part);
  return low | (plainHosts ? PLAIN_HOSTS : 0n) | (regex ? REGEX : 0n);
}

/** A negative number of Lua's, made unsigned, is this one. */
const unsigned = (part: number): bigint => (part < 0 ? 1n << 63n : BigInt(part));

/** The number as Kong's documentation means it. */
export function documentedPriority({
  criteria,
  plainHosts,
  headers,
  regex,
  regexPriority,
  length,
}: Rank): bigint {
  return (
    (BigInt(criteria) << 61n) |
    (plainHosts ? PLAIN_HOSTS : 0n) |
    (BigInt(headers) << 52n) |
    (regex ? REGEX : 0n) |
    BigInt.asUintN(64, BigInt(Math.trunc(regexPriority)) << 19n) |
    BigInt(length)
  );
}

export type Priority = (rank: Rank) => bigint;

interface Level {
  readonly valueOf: (rank: Rank) => number;
  /** Why the first comes before the second. */
  readonly ahead: (first: number, second: number) => string;
}

/** In the order in which they count, as it is computed. */
const LEVELS: readonly Level[] = [
  {
    valueOf: ({ criteria }) => Number(criteria > 3),
    ahead: () => 'it matches by four or more of methods, hosts, headers, snis and paths',
  },
  { valueOf: ({ plainHosts }) => Number(plainHosts), ahead: () => 'it has hosts, without a wildcard' },
  { valueOf: ({ regex }) => Number(regex), ahead: () => 'regular expressions come before prefixes' },
  {
    valueOf: ({ criteria }) => Math.min(criteria, 4),
    ahead: (a, b) => `it matches by ${a} of methods, hosts, headers, snis and paths, not ${b}`,
  },
  { valueOf: ({ headers }) => headers, ahead: (a, b) => `it matches by ${a} headers, not ${b}` },
  { valueOf: ({ regexPriority }) => regexPriority, ahead: (a, b) => `its regex_priority is ${a}, not ${b}` },
  { valueOf: ({ length }) => length, ahead: (a, b) => `its path is longer (${a} bytes, not ${b})` },
];

/** Why the first of two comes before the second; nothing where they rank alike, and the ids decide. */
export function aheadBy(first: Rank, second: Rank): string | undefined {
  if (computedPriority(first) === computedPriority(second)) return undefined;
  const level = LEVELS.find(({ valueOf }) => valueOf(first) !== valueOf(second));
  if (level === undefined || level.valueOf(first) < level.valueOf(second))
    return "Kong's router ranks it higher";
  return level.ahead(level.valueOf(first), level.valueOf(second));
}
