// Which ids a dump must write: those that something refers to, and those that neither Kong nor sealing would make of the rest again.
import { collectEntities } from '../document/collect.js';
import type { FlatEntity } from '../diff/flat-entity.js';
import type { Dict } from '../document/dict.js';
import { identifyAll } from '../merge/identity.js';
import { shownIds } from '../seal/seal.js';
import { build } from './build.js';
import type { Outline } from './outline.js';

/** An id that is written changes what others are made of, so that this goes round until all are as they were. */
export function keptIds(outline: Outline): ReadonlySet<FlatEntity> {
  const mentioned = new Set(
    outline.all.flatMap(({ fields, references }) => [...textsIn([fields, references])]),
  );
  const kept = new Set<FlatEntity>();
  for (const { flat } of outline.all) if (mentioned.has(flat.id ?? '') && hasId(flat)) kept.add(flat);
  for (;;) {
    const { config, made } = build(outline, kept);
    const before = kept.size;
    for (const [dict, id] of idsIn(config)) {
      const flat = made.get(dict)?.flat;
      if (flat !== undefined && flat.id !== id && hasId(flat)) kept.add(flat);
    }
    if (kept.size === before) return kept;
  }
}

/** Some are known by other fields than an id. */
const hasId = ({ entity: { model } }: FlatEntity): boolean => model.keys.primary_key.join() === 'id';

/** The id that each entity of a configuration will have once it is sealed and loaded, by its mapping. */
function idsIn(config: Dict): [Dict, string | undefined][] {
  const entities = collectEntities(config, new Map(), () => undefined);
  const shown = shownIds({ entities, identities: identifyAll(entities), transform: true });
  return entities.map((entity) => [entity.value, shown.get(entity)]);
}

function* textsIn(value: unknown): Generator<string> {
  if (typeof value === 'string') yield value;
  else if (typeof value === 'object' && value !== null)
    for (const item of Object.values(value)) yield* textsIn(item);
}
