// How a value of Kong's is to be read when values are compared: what stands for nothing, whether order counts, what is secret.
import { recordFieldsOf } from '../schema/kong-schema.js';
import type { KongField, KongFieldType } from '../schema/kong-schema.js';

export interface ValueField {
  readonly type: KongFieldType;
  readonly required?: true;
  readonly default?: unknown;
  /** No output may show it. */
  readonly secret?: true;
  /** Of a list: its items; of a map: its values. */
  readonly elements?: ValueField;
  /** Of a record. One without is of a shape that nobody here knows. */
  readonly fields?: Readonly<Record<string, ValueField>>;
}

/** @param random fields of the record whose default is made up at each start of a gateway */
export function valueField(field: KongField, random: readonly string[] = []): ValueField {
  const { type, required, abstract } = field;
  const elements = field.elements ?? field.values;
  return {
    type,
    ...(required === true && { required }),
    ...(field.default !== undefined && { default: field.default }),
    ...((holdsSecret(field) || holdsSecret(elements)) && { secret: true }),
    ...(elements && { elements: valueField(elements) }),
    ...(type === 'record' && abstract !== true && { fields: fieldsIn(field, random) }),
  };
}

const holdsSecret = (field: KongField | undefined): boolean =>
  field?.encrypted === true || field?.referenceable === true;

function fieldsIn(record: KongField, random: readonly string[]): Record<string, ValueField> {
  return Object.fromEntries(
    Array.from(recordFieldsOf(record), ([name, field]) => {
      const { default: _made, ...rest } = field;
      return [name, valueField(random.includes(name) ? rest : field)];
    }),
  );
}
