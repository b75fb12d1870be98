import type { EntityName } from '../finding.js';
import type { Path } from '../parse/result.js';
import type { EntityModel } from '../schema/model.js';
import type { PluginModel } from '../schema/plugin-model.js';
import { own } from './dict.js';
import type { Dict } from './dict.js';

/** One entity of a document, where it stands in it. */
export interface Entity {
  readonly model: EntityModel;
  readonly value: Dict;
  /** Its position in its list, which is named like its type. */
  readonly index: number;
  /** The entity that it is nested in. */
  readonly parent?: Entity;
  /** Of a plugin: what is known of it. */
  readonly plugin?: PluginModel;
}

export function pathOf({ model, index, parent }: Entity): Path {
  return [...(parent ? pathOf(parent) : []), model.type, index];
}

/** The field that Kong fills in with the parent of a nested entity. */
export function parentField({ model, parent }: Entity): string | undefined {
  return parent?.model.children.get(model.type);
}

/** Fields that name an entity and are no secret, the most telling first. */
const NAMES = ['name', 'username', 'target', 'prefix', 'group', 'custom_id'];
const MAX_NAME = 120;

export function nameOf({ model, value }: Pick<Entity, 'model' | 'value'>): EntityName {
  const name = NAMES.filter((field) => model.fields.has(field))
    .map((field) => own(value, field))
    .find(isText);
  const id = own(value, 'id');
  return {
    type: model.type,
    ...(name !== undefined && { name: cut(name) }),
    ...(isText(id) && { id: cut(id) }),
  };
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
const cut = (text: string): string => (text.length > MAX_NAME ? `${text.slice(0, MAX_NAME)}…` : text);

/** `service 'a'`, `route` (without a name), for messages. */
export function describe(entity: Pick<Entity, 'model' | 'value'>): string {
  const { name, id } = nameOf(entity);
  const called = name ?? id;
  const word = entity.model.singular.replaceAll('_', ' ');
  return called === undefined ? word : `${word} '${called}'`;
}
