// An explanation for people.
import { shortId } from '../../config/revision.js';
import { served } from '../../report/line.js';
import type { styleText } from 'node:util';
import type { Explanation } from './explanation.js';
import type { AskedGateway } from './gateways.js';
import type { Placed } from './places.js';

export type Paint = (style: Parameters<typeof styleText>[0], text: string) => string;

export interface Shown {
  readonly explanation: Explanation;
  readonly from: string;
  readonly revision: string | undefined;
  readonly gateways: readonly AskedGateway[];
  readonly paint: Paint;
}

/** As many tell the story; -o json has all. */
const MOST = 5;

export function textLines({ explanation, from, revision, gateways, paint }: Shown): string[] {
  const { request, route, service, upstream, plugins, forConsumers, outranked, near, doubtful, notes } =
    explanation;
  const id = revision === undefined || from.startsWith('revision ') ? '' : ` (${shortId(revision)})`;
  const lines = [
    paint('bold', `${request.method} ${request.scheme}://${request.host}${request.path}`),
    `by ${from}${id}`,
    '',
  ];
  const section = (title: string, ...rest: readonly string[]): void =>
    void lines.push(paint('bold', title), ...rest, '');
  if (doubtful.length > 0)
    section(
      'It cannot be told whether these match, which would come first',
      ...capped(doubtful, (each) => `  ${named(each)}: ${each.why}`),
    );
  if (route === undefined && doubtful.length > 0) section('No other route matches');
  else if (route === undefined)
    section('No route matches', '  Kong answers 404: no Route matched with those values');
  else
    section(
      'Route',
      `  ${named(route)}`,
      `  matches by ${route.matchedBy.length === 0 ? 'nothing: it takes every request' : route.matchedBy.join(', ')}`,
    );
  if (service !== undefined)
    section(
      'Service',
      `  ${named(service)}`,
      `  sends to ${service.url}`,
      `  ${service.pathRule}; Host: ${service.hostHeader}`,
    );
  if (upstream !== undefined)
    section(
      'Upstream',
      `  ${named(upstream)}`,
      ...capped(
        upstream.targets,
        ({ target, weight, ...placed }) => `  ${target}, weight ${weight}${at(placed)}`,
      ),
    );
  if (plugins.length > 0)
    section(
      'Plugins, in the order in which they run',
      ...plugins.flatMap(({ name, priority, scope, insteadOf, ...placed }) => [
        `  ${String(priority ?? '?').padStart(7)}  ${name}, ${scope}${at(placed)}`,
        ...insteadOf.map((each) => `           instead of the one${at(each)}`),
      ]),
    );
  if (plugins.some(({ priority }) => priority === undefined))
    lines.splice(
      -1,
      0,
      '  ?: their priority is not known here; give --kong-admin-url, and a gateway is asked',
    );
  if (forConsumers.length > 0)
    section(
      'Plugins for some consumers only (--consumer NAME tells what runs for one)',
      ...capped(forConsumers, ({ name, consumer, ...placed }) => `  ${name} for ${consumer}${at(placed)}`),
    );
  if (outranked.length > 0)
    section(
      'Would match, but comes later',
      ...capped(
        outranked,
        (each) => `  ${named(each)}: ${route?.label ?? 'the other'} comes first, as ${each.why}`,
      ),
    );
  if (near.length > 0) section('Nearly matches', ...capped(near, (each) => `  ${named(each)}: ${each.why}`));
  if (gateways.length > 0) section('Gateways', ...gatewayLines(gateways, revision));
  if (notes.length > 0) section('Note', ...notes.map((note) => `  ${note}`));
  return lines.slice(0, -1);
}

const named = (placed: Placed): string => `${placed.label}${at(placed)}`;

function at({ file, line }: Placed): string {
  return file === undefined ? '' : `  (${file}${line === undefined ? '' : `:${line}`})`;
}

function capped<T>(all: readonly T[], line: (each: T) => string): string[] {
  const more = all.length - MOST;
  return [...all.slice(0, MOST).map(line), ...(more > 0 ? [`  and ${more} more (-o json has all)`] : [])];
}

function gatewayLines(gateways: readonly AskedGateway[], revision: string | undefined): string[] {
  const agreeing = gateways.filter(({ serves }) => serves !== undefined && serves === revision);
  const others = gateways.filter((each) => !agreeing.includes(each));
  return [
    ...(agreeing.length > 0 ? [`  ${agreeing.length} of ${gateways.length} serve this configuration`] : []),
    ...others.map(({ name, serves, problem }) =>
      serves === undefined
        ? `  ${name} does not say what it serves: ${problem ?? ''}`
        : `  ${name} serves ${served(serves)}, another configuration: this may not be what happens there`,
    ),
  ];
}
