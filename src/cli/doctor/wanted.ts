import type { Revision } from '../../config/revision.js';
import { isObject, textOf } from '../../kube/object.js';

/** What is to be pushed, as far as gateways are held against it. */
export interface Wanted {
  readonly id: string;
  readonly bytes: number;
  /** Names of the plugins that it configures. */
  readonly plugins: readonly string[];
}

export function wantedOf({ id, bytes }: Revision): Wanted {
  const config: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
  const names = new Set<string>();
  collect(config, names);
  return { id, bytes: bytes.length, plugins: [...names].sort() };
}

/** Sealed configurations are flat or nested, as they were written: plugins stand under whatever they belong to. */
function collect(value: unknown, names: Set<string>): void {
  if (Array.isArray(value)) for (const item of value) collect(item, names);
  if (!isObject(value)) return;
  for (const [field, item] of Object.entries(value)) {
    // What a plugin is configured with is no entity.
    if (field === 'config') continue;
    if (field === 'plugins' && Array.isArray(item)) for (const plugin of item) note(plugin, names);
    collect(item, names);
  }
}

function note(plugin: unknown, names: Set<string>): void {
  const name = isObject(plugin) ? textOf(plugin, 'name') : undefined;
  if (name !== undefined) names.add(name);
}
