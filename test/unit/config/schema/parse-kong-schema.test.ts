import { describe, expect, test } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import { compilePlugin } from '../../../../src/config/schema/compile-plugin.js';
import { parseKongSchema } from '../../../../src/config/schema/parse-kong-schema.js';

const plugin = (...fields: object[]): object => ({ fields: [{ config: { type: 'record', fields } }] });

/** `field: message`, or `ok`. */
function verdict(value: unknown): string {
  const parsed = parseKongSchema(value);
  return parsed.ok ? 'ok' : `${parsed.field}: ${parsed.message}`;
}

describe("a schema in Kong's format", () => {
  test.each([
    ['no mapping', [], ': must be a mapping with the list `fields`'],
    ['no fields', {}, ': has no list `fields`'],
    ['fields that are no list', { fields: { a: 1 } }, 'fields: must be a list'],
    ['a field that is no mapping', plugin({ limit: 5 }), 'config.limit: must be a mapping'],
    ['a field without a type', plugin({ limit: {} }), 'config.limit.type: must be a text'],
    [
      'a range of one number',
      plugin({ limit: { type: 'integer', between: [1] } }),
      'config.limit.between: must be a list of two numbers',
    ],
    [
      'a flag that is none',
      plugin({ list: { type: 'array', elements: { type: 'string', required: 1 } } }),
      'config.list.elements.required: must be true or false',
    ],
  ])('with %s is refused, and the field is named', (_, value, expected) => {
    expect(verdict(value)).toBe(expected);
  });

  test('may have attributes, types and patterns that are unknown here: they are not checked', () => {
    const parsed = parseKongSchema(
      plugin(
        { a: { type: 'tensor', shape: [1] } },
        { b: { type: 'string', future: { x: 1 }, match: '%b()' } },
        { c: { type: 'integer' } },
      ),
    );
    if (!parsed.ok) throw new Error(parsed.message);
    const { validate } = compilePlugin('mine', parsed.schema);
    expect(validate({ a: { any: 'thing' }, b: 'free', c: 1 })).toBe(true);
    expect(validate({ c: 'one' })).toBe(false);
    expect(validate({ d: 1 })).toBe(false);
  });

  test('that is hostile is refused within bounds', () => {
    let deep: object = { type: 'string' };
    for (let level = 0; level < 5000; level += 1) deep = { type: 'array', elements: deep };
    expect(verdict(plugin({ deep }))).toMatch(/nested too deep/);
    const many = Array.from({ length: 2100 }, (_, index) => ({ [`f${index}`]: { type: 'string' } }));
    expect(verdict(plugin(...many))).toMatch(/more than 2000 items|one field too many/);
    expect(verdict(plugin({ long: { type: 'string', match: 'a'.repeat(5000) } }))).toMatch(/longer than/);
  });

  test('with names such as __proto__ makes a validator like any other', () => {
    const parsed = parseKongSchema(
      JSON.parse(
        '{"fields":[{"config":{"type":"record","fields":[{"__proto__":{"type":"string"}},{"constructor":{"type":"string"}}]}}]}',
      ),
    );
    if (!parsed.ok) throw new Error(parsed.message);
    const { validate } = compilePlugin('mine', parsed.schema);
    expect(validate({ constructor: 1 })).toBe(false);
    expect(validate({ constructor: 'a' })).toBe(true);
  });

  test('reports no more than a hundred errors of one config', () => {
    const parsed = parseKongSchema(plugin({ list: { type: 'array', elements: { type: 'integer' } } }));
    if (!parsed.ok) throw new Error(parsed.message);
    const { validate } = compilePlugin('mine', parsed.schema);
    expect(validate({ list: Array.from({ length: 10_000 }, () => 'x') })).toBe(false);
    expect(validate.errors?.length).toBeLessThanOrEqual(100);
  });

  const versions = new URL('../../../../../shared/kong/schemas-by-version/', import.meta.url);
  const known = ['3.0.2', '3.4.2', 'master'].filter((version) => existsSync(new URL(version, versions)));
  (known.length > 0 ? test.each(known) : test.skip.each(['other versions']))(
    'is usable as Kong %s gives it (../shared/kong)',
    (version) => {
      for (const file of ['plugin-schemas', 'entity-schemas', 'vault-schemas']) {
        const text = readFileSync(new URL(`${version}/${file}.json`, versions), 'utf8');
        const schemas = JSON.parse(text) as Record<string, unknown>;
        const refused = Object.entries(schemas).filter(([, schema]) => !parseKongSchema(schema).ok);
        expect(refused.map(([name]) => name)).toEqual([]);
      }
    },
  );
});
