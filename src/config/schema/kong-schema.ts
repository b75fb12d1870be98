/** Kong's own schema format, as `GET /schemas/...` answers it (Kong 3.9): what the converter and the rules read. */
export interface KongSchema {
  /** Each item has one key, the field's name. (The endpoint keeps the order of Kong's source that way.) */
  readonly fields: readonly Readonly<Record<string, KongField>>[];
  readonly entity_checks?: readonly Readonly<Record<string, unknown>>[];
  /** Fields that Kong turns into others before it validates. */
  readonly shorthand_fields?: readonly Readonly<Record<string, KongField>>[];
}

export type KongFieldType =
  | 'any'
  | 'array'
  | 'boolean'
  | 'foreign'
  | 'integer'
  | 'json'
  | 'map'
  | 'number'
  | 'record'
  | 'set'
  | 'string';

export interface KongPattern {
  readonly pattern: string;
  readonly err?: string;
}

export interface KongField {
  readonly type: KongFieldType;
  readonly required?: boolean;
  readonly default?: unknown;
  /** Filled in by Kong when absent: a UUID, a random string, the time. */
  readonly auto?: boolean;
  readonly unique?: boolean;
  readonly abstract?: boolean;
  readonly uuid?: boolean;
  readonly timestamp?: boolean;
  readonly encrypted?: boolean;
  readonly referenceable?: boolean;
  readonly eq?: unknown;
  readonly one_of?: readonly (string | number)[];
  readonly not_one_of?: readonly (string | number)[];
  readonly between?: readonly number[];
  readonly gt?: number;
  readonly len_eq?: number;
  readonly len_min?: number;
  readonly len_max?: number;
  readonly match?: string;
  readonly not_match?: string;
  readonly match_all?: readonly KongPattern[];
  readonly match_none?: readonly KongPattern[];
  readonly match_any?: { readonly patterns: readonly string[]; readonly err?: string };
  readonly starts_with?: string;
  readonly contains?: string;
  readonly mutually_exclusive_subsets?: readonly (readonly string[])[];
  readonly err?: string;
  readonly elements?: KongField;
  readonly keys?: KongField;
  readonly values?: KongField;
  readonly fields?: KongSchema['fields'];
  readonly entity_checks?: KongSchema['entity_checks'];
  readonly shorthand_fields?: KongSchema['shorthand_fields'];
  readonly is_regex?: boolean;
  readonly deprecation?: {
    readonly replaced_with?: readonly { readonly path: readonly string[] }[];
    readonly removal_in_version?: string;
    readonly old_default?: unknown;
  };
  /** Of a foreign key: the table that it points to. */
  readonly reference?: string;
  readonly on_delete?: string;
  readonly unique_across_ws?: boolean;
  readonly transient?: boolean;
  readonly json_schema?: unknown;
}

export type Fields = ReadonlyMap<string, KongField>;

const byName = new WeakMap<KongSchema['fields'], Fields>();

/** The fields by name; where a name comes twice the last counts, as in Kong. Schemas do not change: each is read once. */
export function fieldsOf({ fields }: Pick<KongSchema, 'fields'>): Fields {
  let known = byName.get(fields);
  if (known === undefined) {
    known = new Map(fields.flatMap((item) => Object.entries(item)));
    byName.set(fields, known);
  }
  return known;
}

const NO_FIELDS: Fields = new Map();

/** The fields of a record; none of anything else. */
export function recordFieldsOf({ fields }: Pick<KongField, 'fields'>): Fields {
  return fields === undefined ? NO_FIELDS : fieldsOf({ fields });
}

/** The field at a dotted path through records. */
export function fieldAt(fields: Fields, path: readonly string[]): KongField | undefined {
  const [first = '', ...rest] = path;
  const field = fields.get(first);
  return rest.length === 0 || field === undefined ? field : fieldAt(recordFieldsOf(field), rest);
}
