// The entities of a configuration, nested ones included, each where it stands.
import { MODELS, childModels } from '../schema/model.js';
import type { EntityModel } from '../schema/model.js';
import type { PluginModel, Plugins } from '../schema/plugin-model.js';
import { asList, asRecord, own } from './dict.js';
import type { Dict } from './dict.js';
import { describe, nameOf, pathOf } from './entity.js';
import type { Entity } from './entity.js';
import type { Problem } from './problem.js';

/**
 * Walks the lists of entities: first an entity, then what is nested in it.
 * @param plugins those that are known, by name
 * @param report is told of lists that are none, and of items that are no entities
 */
export function collectEntities(
  config: Dict,
  plugins: Plugins,
  report: (problem: Problem) => void,
): Entity[] {
  const entities: Entity[] = [];
  const visitLists = (owner: Dict, models: Iterable<EntityModel>, parent?: Entity): void => {
    for (const model of models) {
      const list = own(owner, model.type);
      if (list === undefined) continue;
      const items = asList(list);
      if (items === undefined) report(noList(model, parent));
      else items.forEach((item, index) => visitItem(model, item, index, parent));
    }
  };
  const visitItem = (model: EntityModel, item: unknown, index: number, parent?: Entity): void => {
    const value = asRecord(item);
    const plugin = value && model.type === 'plugins' ? pluginNamed(own(value, 'name'), plugins) : undefined;
    const entity: Entity = {
      model,
      value: value ?? {},
      index,
      ...(parent && { parent }),
      ...(plugin && { plugin }),
    };
    if (value === undefined) {
      report(noEntity(entity));
      return;
    }
    entities.push(entity);
    visitLists(value, childModels(model), entity);
  };
  visitLists(config, MODELS.values());
  return entities;
}

function pluginNamed(name: unknown, plugins: Plugins): PluginModel | undefined {
  return typeof name === 'string' ? plugins.get(name) : undefined;
}

function noList({ type }: EntityModel, parent: Entity | undefined): Problem {
  return {
    severity: 'error',
    code: 'not-a-list',
    message: `${parent ? `${describe(parent)}: ` : ''}${type} must be a list`,
    path: [...(parent ? pathOf(parent) : []), type],
    ...(parent && { entity: nameOf(parent) }),
  };
}

function noEntity(entity: Entity): Problem {
  return {
    severity: 'error',
    code: 'not-an-entity',
    message: `every item of ${entity.model.type} must be a mapping with the fields of a ${describe(entity)}`,
    path: pathOf(entity),
  };
}
