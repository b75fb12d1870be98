/** Kong's own schema format, as `GET /schemas/...` answers it (Kong 3.9): what the converter and the rules read. */
export interface KongSchema {
  /** Each item has one key, the field's name. (The endpoint keeps the order of Kong's source that way.) */
  readonly fields: readonly Readonly<Record<string, KongField>>[];
  readonly entity_checks?: readonly Readonly<Record<string, unknown>>[];
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
  /** Of a foreign key: the table that it points to. */
  readonly reference?: string;
  readonly on_delete?: string;
  readonly unique_across_ws?: boolean;
  readonly transient?: boolean;
  readonly json_schema?: unknown;
}

/** The fields by name; where a name comes twice the last counts, as in Kong. */
export function fieldsOf(schema: Pick<KongSchema, 'fields'>): Map<string, KongField> {
  return new Map(schema.fields.flatMap((item) => Object.entries(item)));
}
