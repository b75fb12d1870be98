// Kong's data model, as the rules need it: which entities there are, what points to what, what must be unique.
import { ENTITIES } from './generated/facts.js';
import type { EntityKeys } from './facts.js';
import { fieldsOf } from './kong-schema.js';
import type { KongField, KongSchema } from './kong-schema.js';

export interface EntityModel {
  /** Kong's table name, e.g. `keyauth_credentials`: also the key of its lists in a declarative config. */
  readonly type: string;
  /** As Kong names one in its errors: `keyauth_credential`. */
  readonly singular: string;
  readonly keys: EntityKeys;
  readonly fields: ReadonlyMap<string, KongField>;
  readonly checks: NonNullable<KongSchema['entity_checks']>;
  /** Foreign keys: field -> the type it points to. */
  readonly references: ReadonlyMap<string, string>;
  /** Lists of other entities that may be nested: type -> its field that points here. */
  readonly children: ReadonlyMap<string, string>;
  /** The endpoint key, where no two entities may share it: the name that references use. */
  readonly uniqueName?: string;
  /** Every field that no two entities may share, the primary key aside. */
  readonly uniqueFields: readonly string[];
  /** Fields that Kong fills with a random text where they are absent: secrets, mostly. */
  readonly generatedTexts: readonly string[];
}

function modelOf(type: string): EntityModel {
  const { schema, keys } = ENTITIES[type] ?? noSuchEntity(type);
  const fields = fieldsOf(schema);
  const names = Array.from(fields);
  const name = keys.endpoint_key;
  return {
    type,
    singular: type.replace(/s$/, ''),
    keys,
    fields,
    checks: schema.entity_checks ?? [],
    references: new Map(names.flatMap(([field, { reference }]) => (reference ? [[field, reference]] : []))),
    children: childrenOf(type),
    ...(name !== undefined && fields.get(name)?.unique === true && { uniqueName: name }),
    uniqueFields: names.filter(([, field]) => field.unique === true).map(([field]) => field),
    generatedTexts: names.filter(([, field]) => isGeneratedText(field)).map(([field]) => field),
  };
}

const isGeneratedText = ({ auto, type, uuid }: KongField): boolean =>
  auto === true && type === 'string' && uuid !== true;

function childrenOf(parent: string): Map<string, string> {
  const children = new Map<string, string>();
  for (const [type, { schema }] of Object.entries(ENTITIES)) {
    for (const [field, { reference }] of fieldsOf(schema))
      if (reference === parent) children.set(type, field);
  }
  return children;
}

function noSuchEntity(type: string): never {
  throw new Error(`${type} is no entity of Kong`);
}

/** Every entity type that a declarative config may hold. */
export const MODELS: ReadonlyMap<string, EntityModel> = new Map(
  Object.keys(ENTITIES).map((type) => [type, modelOf(type)]),
);

/** @throws Error for what is no entity type: ask `MODELS` first about words from a text */
export function entityModel(type: string): EntityModel {
  return MODELS.get(type) ?? noSuchEntity(type);
}

const CHILDREN: ReadonlyMap<EntityModel, readonly EntityModel[]> = new Map(
  Array.from(MODELS.values(), (model) => [model, Array.from(model.children.keys(), entityModel)]),
);

/** The types that may be nested in an entity. */
export function childModels(model: EntityModel): readonly EntityModel[] {
  return CHILDREN.get(model) ?? [];
}
