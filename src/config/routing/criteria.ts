// One route against one request, criterion by criterion (get_expression in kong/router/transform.lua, 3.9.3).
import { isRegexPath } from './route.js';
import type { Net, Route, RoutePart } from './route.js';
import type { RoutedRequest } from './request.js';
import { matchRust } from './rust-pattern.js';
import type { RunRegex } from './rust-pattern.js';

export interface Criterion {
  readonly what: 'sni' | 'sources' | 'destinations' | 'method' | 'host' | 'path' | 'headers' | 'expression';
  readonly verdict: 'yes' | 'no' | 'unknown';
  /** What matched, or why it does not, in words. */
  readonly words: string;
}

export interface Matching {
  readonly criteria: readonly Criterion[];
  /** What of the path was matched, and may be stripped; none for a route without paths. */
  readonly matchedPath: string | undefined;
}

const MOST_SHOWN = 3;

/** All that a route demands, and whether the request has it. A route that demands nothing has no criteria: it matches all. */
export function matchRoute(route: Route, part: RoutePart, request: RoutedRequest, run: RunRegex): Matching {
  if (route.isExpression)
    return {
      criteria: [
        {
          what: 'expression',
          verdict: 'unknown',
          words: 'it has an expression, which is not evaluated here',
        },
      ],
      matchedPath: undefined,
    };
  const { criterion: path, matchedPath } = matchPath(part.paths, request, run);
  const criteria = [
    matchSni(route, request),
    ...matchNets(route),
    matchMethod(route, request),
    matchHost(route, request),
    path,
    ...matchHeaders(route, request, run),
  ].filter((each) => each !== undefined);
  return { criteria, matchedPath };
}

const listed = (texts: readonly string[]): string => {
  const more = texts.length - MOST_SHOWN;
  return `${texts.slice(0, MOST_SHOWN).join(' or ')}${more > 0 ? ` or ${more} more` : ''}`;
};

function matchSni({ snis }: Route, { scheme, sni }: RoutedRequest): Criterion | undefined {
  // Over http SNIs are not considered at all (Kong/kong#6425).
  if (snis.length === 0 || scheme !== 'https') return undefined;
  // A last dot is not used for routing.
  const found = snis.find((each) => (each.length > 1 ? each.replace(/\.$/, '') : each) === sni);
  return found === undefined
    ? { what: 'sni', verdict: 'no', words: `its snis are ${listed(snis)}, not ${sni ?? 'none'}` }
    : { what: 'sni', verdict: 'yes', words: `SNI ${found}` };
}

function matchNets({ sources, destinations }: Route): Criterion[] {
  const untold = (what: 'sources' | 'destinations', nets: readonly Net[]): Criterion[] => {
    if (nets.length === 0) return [];
    const shown = listed(
      nets.map(({ ip, port }) => [ip, port].filter((each) => each !== undefined).join(':')),
    );
    return [
      {
        what,
        verdict: 'unknown',
        words: `its ${what} are ${shown}, and where the request comes from or arrives is not known`,
      },
    ];
  };
  return [...untold('sources', sources), ...untold('destinations', destinations)];
}

function matchMethod({ methods }: Route, { method }: RoutedRequest): Criterion | undefined {
  if (methods.length === 0) return undefined;
  return methods.includes(method)
    ? { what: 'method', verdict: 'yes', words: `method ${method}` }
    : { what: 'method', verdict: 'no', words: `its methods are ${listed(methods)}, not ${method}` };
}

function matchHost({ hosts }: Route, request: RoutedRequest): Criterion | undefined {
  if (hosts.length === 0) return undefined;
  const verdicts = hosts.map((host) => [host, hostMatches(host, request)] as const);
  const found =
    verdicts.find(([, verdict]) => verdict === 'yes') ??
    verdicts.find(([, verdict]) => verdict === 'unknown');
  if (found !== undefined) {
    const [host, verdict] = found;
    const port = 'its port is in question: give it with the host';
    return { what: 'host', verdict, words: verdict === 'yes' ? `host ${host}` : `host ${host}: ${port}` };
  }
  const words = `its hosts are ${listed(hosts)}, not ${request.hostHeader}`;
  const lower = { ...request, host: request.host.toLowerCase() };
  const inLower = hosts.some((host) => hostMatches(host.toLowerCase(), lower) === 'yes');
  return {
    what: 'host',
    verdict: 'no',
    words: inLower ? `${words}: Kong heeds upper and lower case here` : words,
  };
}

function hostMatches(pattern: string, { host, port }: RoutedRequest): Criterion['verdict'] {
  const [, name = pattern, wanted] = /^([^:]*):(\d+)$/.exec(pattern) ?? [];
  const same = name.startsWith('*')
    ? host.endsWith(name.slice(1))
    : name.endsWith('*')
      ? host.startsWith(name.slice(0, -1))
      : host === name;
  if (!same) return 'no';
  if (wanted === undefined) return 'yes';
  // Without a port in the Host header, Kong compares the port that it listens on.
  if (port === undefined) return 'unknown';
  return Number(wanted) === port ? 'yes' : 'no';
}

function matchPath(
  paths: readonly string[],
  { path: asked }: RoutedRequest,
  run: RunRegex,
): { readonly criterion: Criterion | undefined; readonly matchedPath: string | undefined } {
  if (paths.length === 0) return { criterion: undefined, matchedPath: undefined };
  let unknown: string | undefined;
  for (const path of paths) {
    const verdict = isRegexPath(path)
      ? matchRust(path.slice(1), asked, true, run)
      : asked.startsWith(path)
        ? { matched: path }
        : 'no';
    if (typeof verdict === 'object')
      return {
        criterion: { what: 'path', verdict: 'yes', words: `path ${path}` },
        matchedPath: verdict.matched,
      };
    if (verdict === 'unknown') unknown ??= path;
  }
  const criterion: Criterion =
    unknown === undefined
      ? { what: 'path', verdict: 'no', words: `its path is ${listed(paths)}` }
      : {
          what: 'path',
          verdict: 'unknown',
          words: `path ${unknown}: what Rust's regular expressions make of it cannot be told here`,
        };
  return { criterion, matchedPath: undefined };
}

function matchHeaders({ headers }: Route, { headers: given }: RoutedRequest, run: RunRegex): Criterion[] {
  return Array.from(headers, ([name, wanted]): Criterion => {
    const values = (given.get(name) ?? []).map((value) => value.toLowerCase());
    const verdicts = wanted.flatMap((each) =>
      values.map((value) => headerMatches(each.toLowerCase(), value, run)),
    );
    if (verdicts.includes('yes')) return { what: 'headers', verdict: 'yes', words: `header ${name}` };
    if (verdicts.includes('unknown'))
      return {
        what: 'headers',
        verdict: 'unknown',
        words: `header ${name}: its regular expression cannot be judged here`,
      };
    const has = given.has(name) ? 'it has another value' : 'it is not there';
    return { what: 'headers', verdict: 'no', words: `it demands the header ${name}, and ${has}` };
  });
}

function headerMatches(wanted: string, value: string, run: RunRegex): Criterion['verdict'] {
  if (!wanted.startsWith('~*')) return wanted === value ? 'yes' : 'no';
  const verdict = matchRust(wanted.slice(2), value, false, run);
  return typeof verdict === 'object' ? 'yes' : verdict;
}
