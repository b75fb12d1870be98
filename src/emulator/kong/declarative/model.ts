import type { Catalog, Entity } from '../schema/catalog.js';
import { buildField, definitionOf, fieldsByName } from '../schema/build.js';
import type { Field, NamedField, RecordSchema } from '../schema/types.js';
import type { World } from '../schema/validate.js';

/**
 * The schema of a whole declarative config. Kong has two: one where a reference is a name or an id, and one, tried
 * when the first fails, where references are objects and nested entities know their parent.
 */
export interface ConfigModel {
  readonly catalog: Catalog;
  readonly world: World;
  /** Parents before children: the order in which Kong walks entities. */
  readonly entities: readonly Entity[];
  readonly byName: RecordSchema;
  readonly full: RecordSchema;
  /** Foreign keys of an entity: field name to entity. */
  readonly references: ReadonlyMap<string, ReadonlyMap<string, string>>;
}

type Variant = 'byName' | 'nested' | 'full';

export function configModel(catalog: Catalog, now: () => number): ConfigModel {
  const entities = [...catalog.entities.values()];
  const world: World = { entity: (name) => catalog.entities.get(name), now };
  const references = new Map(entities.map((entity) => [entity.name, referencesOf(entity)]));
  const children = (parent: string): Entity[] =>
    entities
      .filter((entity) => [...(references.get(entity.name)?.values() ?? [])].includes(parent))
      .reverse();
  const records = new Map<string, RecordSchema>();
  const record = (entity: Entity, variant: Variant): RecordSchema => {
    const key = `${variant} ${entity.name}`;
    const known = records.get(key);
    if (known !== undefined) return known;
    const below = variant === 'full' ? 'full' : 'nested';
    const fields: NamedField[] = [
      ...entity.schema.fields.map(({ name, field }) => ({ name, field: foreignAs(variant, field) })),
      ...EXTRA_FIELDS,
      ...children(entity.name).map((child) => ({ name: child.name, field: listOf(record(child, below)) })),
    ];
    const built = { ...entity.schema, fields, byName: fieldsByName(fields) };
    records.set(key, built);
    return built;
  };
  const whole = (variant: Variant): RecordSchema => {
    const lists = entities.map((entity) => ({ name: entity.name, field: listOf(record(entity, variant)) }));
    const fields = [...META_FIELDS, ...EXTRA_FIELDS, ...lists];
    return {
      fields,
      byName: fieldsByName(fields),
      entityChecks: [],
      shorthands: [],
      transformations: [],
      ttl: false,
    };
  };
  return { catalog, world, entities, references, byName: whole('byName'), full: whole('full') };
}

/** The foreign key by which a nested child belongs to its parent. */
export function parentField(model: ConfigModel, child: string, parent: string): string | undefined {
  let found: string | undefined;
  for (const [name, reference] of model.references.get(child) ?? []) if (reference === parent) found = name;
  return found;
}

const META_FIELDS: readonly NamedField[] = [
  named('_format_version', { type: 'string', required: true, one_of: ['1.1', '2.1', '3.0'] }),
  named('_transform', { type: 'boolean', default: true }),
];

const EXTRA_FIELDS: readonly NamedField[] = [
  named('_comment', { type: 'string' }),
  named('_ignore', { type: 'array', elements: { type: 'any' } }),
];

function named(name: string, definition: object): NamedField {
  return { name, field: buildField(definitionOf(definition), name) };
}

function listOf(record: RecordSchema): Field {
  const list = buildField(definitionOf({ type: 'array', elements: { type: 'record' } }), '');
  return list.elements === undefined ? list : { ...list, elements: { ...list.elements, record } };
}

/** A foreign key is text at the top level, forbidden in a nested entity, and an object in the full schema. */
function foreignAs(variant: Variant, field: Field): Field {
  if (field.type !== 'foreign' || variant === 'full') return field;
  if (variant === 'nested') return { ...field, mustBeNull: true, default: null, required: false };
  const definition = new Map(field.definition).set('type', 'string');
  definition.delete('reference');
  return buildField(definition, field.place);
}

function referencesOf(entity: Entity): ReadonlyMap<string, string> {
  return new Map(
    entity.schema.fields.flatMap(({ name, field }) =>
      field.type === 'foreign' && field.reference !== undefined ? [[name, field.reference]] : [],
    ),
  );
}
