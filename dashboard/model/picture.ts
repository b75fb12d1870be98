// What the page knows, and how each piece of news changes it. Pure.
import type { GatewayStatus, HappeningStatus, Status } from '../../src/server/diagnostics/status.js';

/** What `event: status` carries. */
export type Overview = Omit<Status, 'gateways'>;

export interface GatewayChanges {
  readonly changed: readonly GatewayStatus[];
  readonly gone: readonly string[];
}

/** One piece of news of the event stream. */
export type News =
  | { readonly kind: 'status'; readonly overview: Overview }
  | { readonly kind: 'gateways'; readonly changes: GatewayChanges }
  | { readonly kind: 'happening'; readonly happening: HappeningStatus };

export interface Picture {
  readonly overview: Overview | undefined;
  /** By name. A gateway that did not change stays the same object, so that its tile is left alone. */
  readonly gateways: ReadonlyMap<string, GatewayStatus>;
  /** Oldest first. */
  readonly happenings: readonly HappeningStatus[];
  /** The next list of gateways is the whole: a connection begins with it. */
  readonly expectsAll: boolean;
}

/** As many as the server keeps. */
const MAX_HAPPENINGS = 1_000;

export const EMPTY_PICTURE: Picture = {
  overview: undefined,
  gateways: new Map(),
  happenings: [],
  expectsAll: true,
};

/** A connection has begun: what is shown stays until the new one has told everything. */
export const afterConnecting = (picture: Picture): Picture => ({ ...picture, expectsAll: true });

/** @param news in the order in which it came */
export function afterNews(picture: Picture, news: readonly News[]): Picture {
  const happenings = news.flatMap((each) => (each.kind === 'happening' ? [each.happening] : []));
  const heard = { ...picture, happenings: withHappenings(picture.happenings, happenings) };
  return news.reduce(afterOne, heard);
}

function afterOne(picture: Picture, news: News): Picture {
  switch (news.kind) {
    case 'status':
      return { ...picture, overview: news.overview };
    case 'gateways':
      return { ...picture, gateways: merged(picture, news.changes), expectsAll: false };
    case 'happening':
      return picture;
  }
}

function merged(
  { gateways, expectsAll }: Picture,
  { changed, gone }: GatewayChanges,
): ReadonlyMap<string, GatewayStatus> {
  const next = new Map(expectsAll ? [] : gateways);
  for (const name of gone) next.delete(name);
  for (const gateway of changed) {
    const known = gateways.get(gateway.name);
    const same = known !== undefined && JSON.stringify(known) === JSON.stringify(gateway);
    next.set(gateway.name, same ? known : gateway);
  }
  return next;
}

/** Adds what is new, in order: a stream begins with all that the server remembers. */
function withHappenings(
  known: readonly HappeningStatus[],
  more: readonly HappeningStatus[],
): readonly HappeningStatus[] {
  const seen = new Set(known.map(keyOf));
  const fresh = more.filter((happening) => {
    const key = keyOf(happening);
    return !seen.has(key) && seen.add(key);
  });
  if (fresh.length === 0) return known;
  return [...known, ...fresh].sort(inTime).slice(-MAX_HAPPENINGS);
}

export const keyOf = ({ seq, at }: HappeningStatus): string => `${at} ${seq}`;

const inTime = (one: HappeningStatus, other: HappeningStatus): number =>
  one.at === other.at ? one.seq - other.seq : one.at < other.at ? -1 : 1;
