import { childModels } from '../schema/model.js';
import type { EntityModel } from '../schema/model.js';
import { asList, isDict, own } from './dict.js';
import type { Dict } from './dict.js';

/** An entity without `_comment` and `_ignore`; what is nested in it stays as it is. */
export function withoutOwnComments(entity: Dict): Dict {
  if (!Object.hasOwn(entity, '_comment') && !Object.hasOwn(entity, '_ignore')) return entity;
  const { _comment, _ignore, ...rest } = entity;
  return rest;
}

/** An entity without `_comment` and `_ignore`, which Kong reads nowhere, nor those of what is nested in it. */
export function withoutComments(model: EntityModel, entity: Dict): Dict {
  const rest = withoutOwnComments(entity);
  const lists: Record<string, unknown[]> = {};
  for (const child of childModels(model)) {
    const items = asList(own(rest, child.type)) ?? [];
    if (items.length > 0)
      lists[child.type] = items.map((item) => (isDict(item) ? withoutComments(child, item) : item));
  }
  return { ...rest, ...lists };
}
