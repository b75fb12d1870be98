// What happens to a request, as data. Pure, but for the regular expressions that it is handed a runner for.
import type { FlatEntity } from '../../config/diff/flat-entity.js';
import { own } from '../../config/document/dict.js';
import { printable } from '../../config/document/problem.js';
import { chooseRoute } from '../../config/routing/choose.js';
import type { Candidate, Choice } from '../../config/routing/choose.js';
import { consumersPlugins, runningPlugins } from '../../config/routing/plugins.js';
import { aheadBy } from '../../config/routing/rank.js';
import { routedRequest } from '../../config/routing/request.js';
import type { AskedRequest, RoutedRequest } from '../../config/routing/request.js';
import type { RunRegex } from '../../config/routing/rust-pattern.js';
import { serviceOf, upstreamOf, upstreamPath } from '../../config/routing/upstream.js';
import type { Service } from '../../config/routing/upstream.js';
import { createPlacer } from './places.js';
import type { Placed } from './places.js';

export interface Explained extends Placed {
  readonly why: string;
}

export interface ExplainedPlugin extends Placed {
  readonly name: string;
  readonly priority?: number;
  readonly scope: string;
  /** Others of that name that it is more specific than. */
  readonly insteadOf: readonly Placed[];
}

export interface Explanation {
  readonly request: {
    readonly scheme: string;
    readonly method: string;
    readonly host: string;
    readonly path: string;
  };
  readonly route?: Placed & { readonly matchedBy: readonly string[] };
  readonly service?: Placed & {
    readonly url: string;
    readonly hostHeader: string;
    readonly pathRule: string;
  };
  readonly upstream?: Placed & {
    readonly targets: readonly (Placed & { readonly target: string; readonly weight: number })[];
  };
  /** In the order in which Kong runs them. */
  readonly plugins: readonly ExplainedPlugin[];
  readonly forConsumers: readonly (Placed & { readonly name: string; readonly consumer: string })[];
  readonly outranked: readonly Explained[];
  readonly near: readonly Explained[];
  /** Routes that would come first, if they match: that cannot be told. */
  readonly doubtful: readonly Explained[];
  /** What is not as one would think. */
  readonly notes: readonly string[];
}

export interface Question {
  readonly asked: AskedRequest;
  /** Username or custom_id of whoever is authenticated. */
  readonly consumer: string | undefined;
  /** Of plugins, as a gateway tells them. */
  readonly priorities?: Readonly<Record<string, number>>;
}

type Place = (flat: FlatEntity) => Placed;

/** @throws an Error where there is no such consumer */
export function explainRequest(
  entities: readonly FlatEntity[],
  question: Question,
  run: RunRegex,
): Explanation {
  const request = routedRequest(question.asked);
  const choice = chooseRoute(entities, request, run);
  const place = createPlacer();
  const { scheme, method, hostHeader: host, path } = request;
  const notes = [...documentedNote(choice, place), ...disabledNote(choice, place)];
  const base = {
    request: { scheme, method, host: printable(host), path: printable(path) },
    near: choice.near.map((each) => ({ ...place(each.route.flat), why: failure(each) })),
    doubtful: choice.doubtful.map((each) => ({ ...place(each.route.flat), why: doubt(each) })),
  };
  const { chosen } = choice;
  if (chosen === undefined) return { ...base, plugins: [], forConsumers: [], outranked: [], notes };
  const { flat } = chosen.route;
  const matchedBy = chosen.matching.criteria.map(({ words }) => printable(words));
  return {
    ...base,
    route: { ...place(flat), matchedBy },
    ...whereTo(entities, chosen, request, place),
    ...whatRuns(entities, question, chosen, place),
    outranked: choice.outranked.map((each) => ({ ...place(each.route.flat), why: ahead(chosen, each) })),
    notes: [...protocolNote(chosen.route.protocols, request, flat), ...serviceNote(flat), ...notes],
  };
}

function whereTo(
  entities: readonly FlatEntity[],
  chosen: Candidate,
  request: RoutedRequest,
  place: Place,
): Pick<Explanation, 'service' | 'upstream'> {
  const service = serviceOf(chosen.route.flat);
  if (service === undefined) return {};
  const upstream = upstreamOf(entities, service.host);
  const sent = { ...place(service.flat), ...sentTo(service, chosen, request, upstream !== undefined) };
  if (upstream === undefined) return { service: sent };
  const targets = upstream.targets.map((target) => ({ ...place(target), ...targetOf(target) }));
  return { service: sent, upstream: { ...place(upstream.flat), targets } };
}

function whatRuns(
  entities: readonly FlatEntity[],
  { consumer: name, priorities }: Question,
  { route: { flat: route } }: Candidate,
  place: Place,
): Pick<Explanation, 'plugins' | 'forConsumers'> {
  const consumer = consumerOf(entities, name);
  const situation = { route, service: route.references.get('service'), consumer };
  const plugins = runningPlugins(entities, situation, priorities).map(
    ({ name: plugin, flat, priority, scope, instead }) => ({
      ...place(flat),
      name: printable(plugin),
      ...(priority !== undefined && { priority }),
      scope,
      insteadOf: instead.map(place),
    }),
  );
  const others = consumer === undefined ? consumersPlugins(entities, situation) : [];
  const forConsumers = others.map(({ flat, consumer: whose }) => ({
    ...place(flat),
    name: printable(textOf(flat, 'name') ?? ''),
    consumer: place(whose).label,
  }));
  return { plugins, forConsumers };
}

const textOf = ({ fields }: FlatEntity, name: string): string | undefined => {
  const value = own(fields, name);
  return typeof value === 'string' ? value : undefined;
};

function ahead(first: Candidate, second: Candidate): string {
  const why = aheadBy(first.rank, second.rank);
  if (why !== undefined) return why;
  return first.part.id === undefined || second.part.id === undefined
    ? 'both rank alike: the higher id decides, and ids are not known here'
    : 'both rank alike, and its id is higher';
}

const failure = ({ matching }: Candidate): string =>
  printable(matching.criteria.find(({ verdict }) => verdict === 'no')?.words ?? '');

const doubt = ({ matching }: Candidate): string =>
  printable(
    matching.criteria.flatMap(({ verdict, words }) => (verdict === 'unknown' ? [words] : [])).join('; '),
  );

function documentedNote({ documented }: Choice, place: Place): string[] {
  if (documented === undefined) return [];
  const { label } = place(documented.route.flat);
  return [
    `Kong's documentation would have ${label} first; the code of Kong 3.9.3 ranks otherwise (docs/explain.md). Ask a gateway to be sure`,
  ];
}

function disabledNote({ disabled }: Choice, place: Place): string[] {
  const [first] = disabled;
  if (first === undefined) return [];
  const more = disabled.length === 1 ? '' : ` and ${disabled.length - 1} more`;
  return [`left out, because their service is disabled: ${place(first).label}${more}`];
}

const serviceNote = ({ references }: FlatEntity): string[] =>
  references.has('service')
    ? []
    : ['the route has no service: Kong answers 503, unless a plugin answers before'];

/** The router does not look at protocols; what comes after it does (kong/runloop/handler.lua). */
function protocolNote(protocols: readonly string[], { scheme }: RoutedRequest, flat: FlatEntity): string[] {
  if (protocols.length === 0 || protocols.includes(scheme)) return [];
  if (protocols.some((each) => each.startsWith('grpc')))
    return ['the route takes gRPC only: Kong answers 415 to anything else'];
  if (scheme === 'https') return [];
  const status = own(flat.fields, 'https_redirect_status_code');
  return typeof status === 'number' && status !== 426
    ? [`the route takes https only: Kong redirects there (${status}), and does not send this request on`]
    : ['the route takes https only: Kong answers 426, and does not send this request on'];
}

function sentTo(
  { protocol, host, port, path }: Service,
  { route, matching }: Candidate,
  request: RoutedRequest,
  balanced: boolean,
): { readonly url: string; readonly hostHeader: string; readonly pathRule: string } {
  const strips = own(route.flat.fields, 'strip_path') !== false;
  const { matchedPath } = matching;
  const sent = upstreamPath(path, request.path, strips, matchedPath);
  const usual = protocol === 'https' ? 443 : 80;
  const at = port === undefined || port === usual ? host : `${host}:${port}`;
  const preserved = own(route.flat.fields, 'preserve_host') === true;
  const hostHeader = preserved
    ? `${request.hostHeader} (preserve_host)`
    : balanced
      ? "the upstream's host_header, else the target's name"
      : at;
  const pathRule = !strips
    ? 'the whole path is kept (strip_path: false)'
    : matchedPath === undefined
      ? 'there is no path to strip'
      : `${matchedPath} is stripped (strip_path)`;
  return {
    url: printable(`${protocol}://${at}${sent}`),
    hostHeader: printable(hostHeader),
    pathRule: printable(pathRule),
  };
}

function targetOf(flat: FlatEntity): { readonly target: string; readonly weight: number } {
  const weight = own(flat.fields, 'weight');
  return {
    target: printable(textOf(flat, 'target') ?? ''),
    weight: typeof weight === 'number' ? weight : 100,
  };
}

function consumerOf(entities: readonly FlatEntity[], name: string | undefined): FlatEntity | undefined {
  if (name === undefined) return undefined;
  const found = entities.find(
    (flat) =>
      flat.entity.model.type === 'consumers' &&
      (textOf(flat, 'username') === name || textOf(flat, 'custom_id') === name || flat.id === name),
  );
  if (found === undefined) throw new Error(`there is no consumer '${printable(name)}' in this configuration`);
  return found;
}
