// An outline as the configuration that is written: sorted, whatever the order in which a gateway shows it.
import type { FlatEntity } from '../diff/flat-entity.js';
import { own } from '../document/dict.js';
import type { Dict } from '../document/dict.js';
import { setOwn } from '../parse/set-own.js';
import { canonicalJson } from '../seal/canonical-json.js';
import type { Node, Outline } from './outline.js';

export interface Built {
  readonly config: Dict;
  /** Which entity each mapping is. */
  readonly made: ReadonlyMap<Dict, Node>;
}

/** In this order; all others follow by name. */
const TYPES = ['services', 'routes', 'upstreams', 'targets', 'consumers', 'plugins', 'certificates'];
const NAMES = ['name', 'username', 'custom_id', 'instance_name', 'target', 'prefix', 'id'];

/**
 * @param kept entities whose id is written
 * @param fieldsOf what is written of an entity beside id, references and what is nested in it
 */
export function build(
  { roots, transform }: Outline,
  kept: ReadonlySet<FlatEntity>,
  fieldsOf: (node: Node) => Dict = ({ fields }) => fields,
): Built {
  const made = new Map<Dict, Node>();
  const buildNode = (node: Node): Dict => {
    const { flat, references, children } = node;
    const id = kept.has(flat) ? { id: own(flat.entity.value, 'id') } : {};
    const dict = { ...sortKeys({ ...fieldsOf(node), ...references, ...id }), ...buildLists(children) };
    made.set(dict, node);
    return dict;
  };
  const buildLists = (nodes: readonly Node[]): Dict => {
    const lists = new Map<string, Dict[]>();
    for (const node of nodes) {
      const { type } = node.flat.entity.model;
      const list = lists.get(type);
      if (list === undefined) lists.set(type, [buildNode(node)]);
      else list.push(buildNode(node));
    }
    const types = sorted(lists.keys(), TYPES);
    return Object.fromEntries(types.map((type) => [type, sortItems(lists.get(type) ?? [], made)]));
  };
  const head = { _format_version: '3.0', ...(transform ? {} : { _transform: false }) };
  return { config: { ...head, ...buildLists(roots) }, made };
}

function sortKeys(dict: Dict): Dict {
  const out: Record<string, unknown> = {};
  for (const key of sorted(Object.keys(dict), NAMES)) setOwn(out, key, dict[key]);
  return out;
}

/** By name; what has none, by content; what is equal, by id. */
function sortItems(items: readonly Dict[], made: ReadonlyMap<Dict, Node>): Dict[] {
  const contents = new Map<Dict, string>();
  const contentOf = (item: Dict): string => {
    const content = contents.get(item) ?? `${canonicalJson(item)}\n${made.get(item)?.flat.id ?? ''}`;
    contents.set(item, content);
    return content;
  };
  const nameOf = (item: Dict): string => {
    const name = NAMES.slice(0, -1)
      .map((field) => item[field])
      .find((value) => typeof value === 'string');
    return typeof name === 'string' ? name : '';
  };
  return items.toSorted((a, b) => byText(nameOf(a), nameOf(b)) || byText(contentOf(a), contentOf(b)));
}

function sorted(names: Iterable<string>, first: readonly string[]): string[] {
  const rank = (name: string): number => (first.includes(name) ? first.indexOf(name) : first.length);
  return Array.from(names).sort((a, b) => rank(a) - rank(b) || byText(a, b));
}

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
