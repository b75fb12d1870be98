import { describe, expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { convertField, convertRecord } from '../../../../src/config/schema/convert.js';
import type { KongField } from '../../../../src/config/schema/kong-schema.js';

function accepts(field: KongField, ...values: unknown[]): boolean[] {
  const ajv = new Ajv2020({ strictTypes: false, allowUnionTypes: true, keywords: ['x-says', 'x-secret'] });
  const validate = ajv.compile(convertField(field));
  return values.map((value) => validate(value));
}

describe("a field of Kong's as JSON Schema", () => {
  test.each<[string, KongField, unknown[], unknown[]]>([
    ['a text is not empty', { type: 'string' }, ['a', null], ['', 1, true, [], {}]],
    ['unless it may be', { type: 'string', len_min: 0 }, [''], [1]],
    ['required: no null', { type: 'string', required: true }, ['a'], [null]],
    ['one of some', { type: 'string', one_of: ['a', 'b'] }, ['a', null], ['c', '']],
    ['one of none', { type: 'string', required: true, one_of: [] }, [], ['a']],
    ['none of some', { type: 'string', not_one_of: ['a'] }, ['b', null], ['a']],
    [
      'UUID',
      { type: 'string', uuid: true },
      ['11111111-1111-4111-8111-11111111111A'],
      ['1', '11111111111141118111111111111111'],
    ],
    ['a beginning', { type: 'string', starts_with: '/a.' }, ['/a.b', null], ['/ab', 'x']],
    ['a pattern', { type: 'string', match: '^%u+$' }, ['GET'], ['get']],
    ['no pattern', { type: 'string', match_none: [{ pattern: '//' }] }, ['/a', null], ['//']],
    ['any pattern', { type: 'string', match_any: { patterns: ['^/', '^~/'] } }, ['/', '~/'], ['x']],
    ['all patterns', { type: 'string', match_all: [{ pattern: 'a' }, { pattern: 'b' }] }, ['ab'], ['a']],
    ['an exact length', { type: 'string', len_eq: 2 }, ['ab'], ['a', 'abc']],
    [
      'a vault reference',
      { type: 'string', referenceable: true, one_of: ['a'] },
      ['a', '{vault://env/x}', null],
      ['b', 1],
    ],
    ['a range', { type: 'integer', between: [0, 5] }, [0, 5, 5.0, null], [-1, 6, 1.5, '5']],
    ['above', { type: 'number', gt: 0 }, [0.1], [0]],
    ['a timestamp', { type: 'integer', timestamp: true }, [1], [0, -1]],
    ['a boolean', { type: 'boolean' }, [true, false, null], ['true', 1]],
    [
      'a list',
      { type: 'array', elements: { type: 'string' } },
      [['a'], [], {}, null],
      [[null], [1], { a: 'b' }, 'a'],
    ],
    [
      'a list that is not empty',
      { type: 'set', len_min: 1, elements: { type: 'string' } },
      [['a']],
      [[], {}],
    ],
    [
      'exclusive subsets',
      { type: 'set', elements: { type: 'string' }, mutually_exclusive_subsets: [['a', 'b'], ['c']] },
      [['a', 'b'], ['c']],
      [['a', 'c']],
    ],
    [
      'a map',
      { type: 'map', keys: { type: 'string', match: '^a' }, values: { type: 'integer' } },
      [{ ab: 1 }, {}, []],
      [{ b: 1 }, { ab: 'x' }, { ab: null }, ['x']],
    ],
    [
      'a record',
      { type: 'record', fields: [{ a: { type: 'integer', required: true } }] },
      [{ a: 1 }, { a: 1, updated_at: [] }],
      [{}, [], { a: 1, b: 2 }],
    ],
    ['must be null', { type: 'foreign', eq: null }, [], []],
    [
      'a config whose form is unknown',
      { type: 'record', abstract: true },
      [{ any: 1 }, []],
      [null, 'x', [1]],
    ],
  ])('%s', (_, field, good, bad) => {
    expect(accepts(field, ...good)).toEqual(good.map(() => true));
    expect(accepts(field, ...bad)).toEqual(bad.map(() => false));
  });

  test('a record must be written where a field in it must', () => {
    const inner = (field: KongField): KongField => ({
      type: 'record',
      required: true,
      fields: [{ x: field }],
    });
    const required = (field: KongField): unknown =>
      Reflect.get(convertRecord({ fields: [{ r: field }] }) as object, 'required');
    expect(required(inner({ type: 'string', required: true }))).toEqual(['r']);
    expect(required(inner({ type: 'string', required: true, default: 'd' }))).toBeUndefined();
    expect(required({ ...inner({ type: 'string', required: true }), required: false })).toBeUndefined();
  });
});
