/** One process of Kong, as `GET /` tells it. */
export interface KongNode {
  /** New at each start of Kong. */
  readonly id: string;
  readonly version: string;
  /** Names of the plugins that may be configured there, sorted. */
  readonly plugins: readonly string[];
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const UNKNOWN = 'unknown';
/** Longer ones are cut: the text is another's. */
const MAX_TEXT = 64;

const textOf = (value: unknown): string => (typeof value === 'string' ? value.slice(0, MAX_TEXT) : UNKNOWN);

/** Reads the answer to `GET /`. A gateway that tells nothing of itself there is one of an unknown kind, not an error. */
export function parseNode(body: unknown): KongNode {
  const { node_id: id, version, plugins } = isObject(body) ? body : {};
  const available = isObject(plugins) ? plugins['available_on_server'] : undefined;
  return {
    id: textOf(id),
    version: textOf(version),
    plugins: isObject(available) ? Object.keys(available).sort() : [],
  };
}

/** Gateways of one group take the same configurations: the same Kong with the same plugins. */
export function groupOf(node: KongNode): string {
  const known = groups.get(node);
  if (known !== undefined) return known;
  const group = `${node.version} ${node.plugins.join(',')}`;
  groups.set(node, group);
  return group;
}

/** Asked for again and again, of names that may be many. */
const groups = new WeakMap<KongNode, string>();

/** One that would not tell. */
export const UNKNOWN_NODE: KongNode = parseNode(undefined);
export const UNKNOWN_GROUP = groupOf(UNKNOWN_NODE);
