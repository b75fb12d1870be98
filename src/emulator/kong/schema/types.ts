import type { Key, Table, Value } from '../lua/value.js';

/** What is wrong, in Kong's shape: a message, or messages by field name and 1-based position. */
export type Problem = string | Problems;
export type Problems = Map<Key, Problem>;

/** The key under which Kong keeps what is wrong with a record as a whole. */
export const ENTITY = '@entity';

/** A check of one value: nothing when it holds, else Kong's message. */
export type Check = (value: Value) => string | undefined;

/** One field of a Kong schema, ready to be interpreted. */
export interface Field {
  readonly type: string;
  readonly required: boolean;
  readonly default: Value | undefined;
  readonly auto: boolean;
  readonly uuid: boolean;
  readonly unique: boolean;
  readonly uniqueAcrossWorkspaces: boolean;
  readonly transient: boolean;
  readonly abstract: boolean;
  readonly referenceable: boolean;
  readonly cascades: boolean;
  /** `eq = null`: the field may only be absent. */
  readonly mustBeNull: boolean;
  /** `eq` with another value than null: null does not satisfy it either. */
  readonly mustEqual: Value | undefined;
  /** Kong's own words for any failed check of this field. */
  readonly message: string | undefined;
  readonly checks: readonly Check[];
  readonly elements?: Field;
  readonly keys?: Field;
  readonly values?: Field;
  /** Of a record: its own schema. */
  readonly record?: RecordSchema;
  /** Of a foreign key: the entity it points to. */
  readonly reference?: string;
  /** Of a deprecated shorthand: where the value went. */
  readonly replacedBy?: readonly string[];
  readonly deprecated: boolean;
  /** The definition as Kong prints it and where it stands, to derive narrower fields from (`if_match`, `then_match`). */
  readonly definition: Table;
  readonly place: string;
}

export interface NamedField {
  readonly name: string;
  readonly field: Field;
}

export interface Shorthand extends NamedField {
  /** The real fields a shorthand stands for; nothing when it is only accepted. */
  readonly expand: (value: Value) => ReadonlyMap<string, Value> | undefined;
}

export interface EntityCheck {
  readonly name: string;
  readonly argument: Value;
  /** The function of a `custom_entity_check`, which schemas do not show. */
  readonly custom?: (entity: Table) => string | undefined;
}

/** A transformation that needs its inputs together, e.g. a password and the consumer it is hashed with. */
export interface Transformation {
  readonly input: readonly string[];
  readonly needs: readonly string[];
}

/** A record: an entity, a plugin's config, or any record inside. */
export interface RecordSchema {
  readonly name?: string;
  /** In Kong's order; a name may occur twice (`certificates.snis`), then the last one is found by name. */
  readonly fields: readonly NamedField[];
  readonly byName: ReadonlyMap<string, Field>;
  readonly entityChecks: readonly EntityCheck[];
  readonly shorthands: readonly Shorthand[];
  readonly transformations: readonly Transformation[];
  readonly ttl: boolean;
  readonly subschemaKey?: string;
  readonly subschemaError?: string;
  readonly subschemas?: ReadonlyMap<string, RecordSchema>;
}
