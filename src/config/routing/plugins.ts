// Which plugins run for a request, in which order, and which of several of one name (kong/runloop/plugins_iterator.lua, 3.9.3).
import type { FlatEntity } from '../diff/flat-entity.js';
import { own } from '../document/dict.js';
import { PLUGIN_PRIORITIES } from '../schema/generated/facts.js';

export interface RunningPlugin {
  readonly name: string;
  readonly flat: FlatEntity;
  /** Of Kong 3.9.3's bundled plugins, or as given; unknown for others. */
  readonly priority: number | undefined;
  /** What it is set on: `route + consumer`, `global`. */
  readonly scope: string;
  /** Others of its name that would run, were it not there. */
  readonly instead: readonly FlatEntity[];
}

/** What a request is about, once Kong knows. */
export interface Situation {
  readonly route: FlatEntity;
  readonly service: FlatEntity | undefined;
  /** Who was authenticated, if anybody. */
  readonly consumer: FlatEntity | undefined;
}

type Scope = 'route' | 'service' | 'consumer';
const SCOPES: readonly Scope[] = ['route', 'service', 'consumer'];

/** The most specific first: `lookup_cfg`. */
const PRECEDENCE: readonly (readonly Scope[])[] = [
  ['route', 'service', 'consumer'],
  ['route', 'consumer'],
  ['service', 'consumer'],
  ['route', 'service'],
  ['consumer'],
  ['route'],
  ['service'],
  [],
];

/** @param priorities what a gateway says of its plugins, where one was asked */
export function runningPlugins(
  entities: readonly FlatEntity[],
  situation: Situation,
  priorities: Readonly<Record<string, number>> = PLUGIN_PRIORITIES,
): RunningPlugin[] {
  const byName = new Map<string, FlatEntity[]>();
  for (const flat of entities) {
    const name = own(flat.fields, 'name');
    if (flat.entity.model.type !== 'plugins' || typeof name !== 'string') continue;
    if (own(flat.fields, 'enabled') === false || !applies(flat, situation)) continue;
    byName.set(name, [...(byName.get(name) ?? []), flat]);
  }
  return Array.from(byName, ([name, flats]) => {
    const [flat, ...instead] = flats.sort((a, b) => placeOf(a) - placeOf(b));
    if (flat === undefined) return undefined;
    const priority = Object.hasOwn(priorities, name) ? priorities[name] : undefined;
    return { name, flat, priority, scope: scopesOf(flat).join(' + ') || 'global', instead };
  })
    .filter((each) => each !== undefined)
    .sort(inOrder);
}

const scopesOf = ({ references }: FlatEntity): readonly Scope[] =>
  SCOPES.filter((scope) => references.has(scope));

const applies = ({ references }: FlatEntity, situation: Situation): boolean =>
  SCOPES.every((scope) => !references.has(scope) || references.get(scope) === situation[scope]);

function placeOf(flat: FlatEntity): number {
  const scopes = scopesOf(flat).join();
  return PRECEDENCE.findIndex((each) => each.join() === scopes);
}

/** By priority; of equal ones the later name first (kong/db/dao/plugins.lua). Unknown ones last: nobody can tell where. */
function inOrder(a: RunningPlugin, b: RunningPlugin): number {
  const difference = (b.priority ?? -Infinity) - (a.priority ?? -Infinity);
  if (!Number.isNaN(difference) && difference !== 0) return difference;
  return a.name < b.name ? 1 : -1;
}

/** Plugins that would run as well, were a consumer authenticated: each with the consumer it is for. */
export function consumersPlugins(
  entities: readonly FlatEntity[],
  { route, service }: Situation,
): { readonly flat: FlatEntity; readonly consumer: FlatEntity }[] {
  return entities.flatMap((flat) => {
    const consumer = flat.references.get('consumer');
    if (flat.entity.model.type !== 'plugins' || consumer === undefined) return [];
    if (own(flat.fields, 'enabled') === false) return [];
    return applies(flat, { route, service, consumer }) ? [{ flat, consumer }] : [];
  });
}
