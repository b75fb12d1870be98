// An older Kong than the one that we validate for: what it does not have yet.
import { describe, nameOf, pathOf } from '../document/entity.js';
import type { Entity } from '../document/entity.js';
import type { Problem } from '../document/problem.js';
import { own } from '../document/dict.js';
import { BUNDLED_PLUGINS } from '../schema/plugin-model.js';
import type { Plugins } from '../schema/plugin-model.js';

export interface TargetKong {
  /** `3.4` */
  readonly version: string;
  /** Names of the fields by entity type; what is not there is no entity for it. */
  readonly fields: ReadonlyMap<string, ReadonlySet<string>>;
  /** Those that come with it. */
  readonly plugins: Plugins;
}

/** Kong's schema endpoint never showed these, and looks at none of the first. */
const NOT_SHOWN = new Set(['updated_at', 'vaults.description']);

/** Tells of an entity, its fields or its plugin that the target is too old for. */
export function targetProblems(entity: Entity, target: TargetKong): Problem[] {
  const { model, value } = entity;
  const known = target.fields.get(model.type);
  const tooOld = (words: string, field?: string): Problem => ({
    severity: 'error',
    code: 'not-in-version',
    message: `${describe(entity)}: Kong ${target.version} ${words}`,
    path: [...pathOf(entity), ...(field === undefined ? [] : [field])],
    ...(field !== undefined && { part: 'key' as const }),
    entity: nameOf(entity),
  });
  if (known === undefined) return [tooOld(`knows no ${model.type.replaceAll('_', ' ')}`)];
  const unknown = Object.keys(value)
    .filter((field) => model.fields.has(field) && !known.has(field))
    .filter((field) => !NOT_SHOWN.has(field) && !NOT_SHOWN.has(`${model.type}.${field}`))
    .map((field) => tooOld(`does not know the field '${field}'`, field));
  const name = model.type === 'plugins' && entity.plugin === undefined ? own(value, 'name') : undefined;
  const isLater = typeof name === 'string' && BUNDLED_PLUGINS.has(name);
  return isLater ? [...unknown, tooOld('does not come with this plugin')] : unknown;
}
