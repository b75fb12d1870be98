// Which route Kong takes for a request, which others would match, and which nearly do.
import type { FlatEntity } from '../diff/flat-entity.js';
import { own } from '../document/dict.js';
import { matchRoute } from './criteria.js';
import type { Matching } from './criteria.js';
import { computedPriority, documentedPriority, rankOf } from './rank.js';
import type { Priority, Rank } from './rank.js';
import type { RoutedRequest } from './request.js';
import { isStream, routeOf } from './route.js';
import type { Route, RoutePart } from './route.js';
import type { RunRegex } from './rust-pattern.js';

export interface Candidate {
  readonly route: Route;
  readonly part: RoutePart;
  readonly rank: Rank;
  readonly matching: Matching;
}

export interface Choice {
  /** The first that matches for sure; none where none does. */
  readonly chosen: Candidate | undefined;
  /** What would be first if Kong ranked as it documents, where that is another route. */
  readonly documented: Candidate | undefined;
  /** Those that come before it, and of which it cannot be told whether they match. */
  readonly doubtful: readonly Candidate[];
  /** Others that match, in the order in which Kong would take them. */
  readonly outranked: readonly Candidate[];
  /** Those that fail by one criterion alone. */
  readonly near: readonly Candidate[];
  /** Routes that Kong leaves out, because their service is disabled. */
  readonly disabled: readonly FlatEntity[];
}

/** @param run runs regular expressions, with a limit on its time */
export function chooseRoute(entities: readonly FlatEntity[], request: RoutedRequest, run: RunRegex): Choice {
  const all = entities.filter(({ entity }) => entity.model.type === 'routes');
  const isDisabled = ({ references }: FlatEntity): boolean => {
    const service = references.get('service');
    return service !== undefined && own(service.fields, 'enabled') === false;
  };
  const routes = all
    .filter((each) => !isDisabled(each))
    .map(routeOf)
    .filter((route) => !isStream(route));
  const candidates = routes
    .flatMap((route) =>
      route.parts.map((part): Candidate => ({
        route,
        part,
        rank: rankOf(route, part),
        matching: matchRoute(route, part, request, run),
      })),
    )
    .sort(inOrder(computedPriority));
  const first = candidates.findIndex((each) => verdictOf(each) === 'yes');
  const before = first === -1 ? candidates : candidates.slice(0, first);
  const after = first === -1 ? [] : candidates.slice(first + 1);
  const chosen = candidates[first];
  const documented = [...candidates]
    .sort(inOrder(documentedPriority))
    .find((each) => verdictOf(each) === 'yes');
  return {
    chosen,
    documented: documented?.route === chosen?.route ? undefined : documented,
    doubtful: before.filter((each) => verdictOf(each) === 'unknown'),
    outranked: after.filter((each) => verdictOf(each) !== 'no' && each.route !== chosen?.route),
    near: nearest(candidates, chosen?.route),
    disabled: all.filter(isDisabled),
  };
}

/** The highest first, then the highest id: the router keeps them in a map that it walks backwards (atc-router). */
function inOrder(priority: Priority): (a: Candidate, b: Candidate) => number {
  return (a, b) => {
    const [first, second] = [priority(a.rank), priority(b.rank)];
    if (first !== second) return first > second ? -1 : 1;
    return compareText(b.part.id ?? '', a.part.id ?? '');
  };
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function verdictOf({ matching: { criteria } }: Candidate): 'yes' | 'no' | 'unknown' {
  if (criteria.some(({ verdict }) => verdict === 'no')) return 'no';
  return criteria.some(({ verdict }) => verdict === 'unknown') ? 'unknown' : 'yes';
}

/** Of each route the part that comes nearest; those with several criteria first, of which one alone fails. */
function nearest(candidates: readonly Candidate[], chosen: Route | undefined): Candidate[] {
  const failures = ({ matching }: Candidate): number =>
    matching.criteria.filter(({ verdict }) => verdict === 'no').length;
  const matching = new Set(candidates.filter((each) => failures(each) === 0).map(({ route }) => route));
  const seen = new Set<Route>();
  return candidates.filter((each) => {
    const { route } = each;
    const isNear = failures(each) === 1 && each.matching.criteria.length > 1;
    if (!isNear || route === chosen || matching.has(route) || seen.has(route)) return false;
    seen.add(route);
    return true;
  });
}
