import { describe, expect, test } from '@jest/globals';
import { readFileSync, readdirSync } from 'node:fs';
import { Ajv } from 'ajv';
import type { ValidateFunction } from 'ajv';
import { readText } from '../../../../src/config/parse/read-text.js';
import type { JsonSchema } from '../../../../src/config/schema/convert.js';
import { defineSchemas, oneSchema, schemaFiles } from '../../../../src/config/schema/published.js';
import { cases, textOf } from '../../../support/kong-verdicts.js';

const FOLDER = new URL('../../../../schemas/kong-3.9/', import.meta.url);
interface Published {
  readonly definitions: Record<string, JsonSchema>;
  readonly properties: Record<string, Published>;
  readonly description: string;
}
const readJson = (path: string) => JSON.parse(readFileSync(new URL(path, FOLDER), 'utf8')) as Published;
const whole = readJson('kong.schema.json');
const definitions = new Map(Object.entries(whole.definitions));

function compile(schema: object | boolean | undefined): ValidateFunction {
  if (typeof schema !== 'object') throw new Error('no such schema');
  return new Ajv({ strict: false, allErrors: true }).compile(schema);
}

const check = compile(whole);
const config = (rest: object) => ({ _format_version: '3.0', ...rest });

/** Where and how a configuration fails; nothing for a good one. */
function faults(rest: object): string[] {
  if (check(config(rest))) return [];
  return (check.errors ?? [])
    .filter(({ keyword }) => keyword !== 'if')
    .map(({ instancePath, keyword }) => `${instancePath} ${keyword}`);
}

describe('the schema of a whole configuration', () => {
  test('takes flat and nested entities, references by name and by id, and custom plugins', () => {
    expect(
      faults({
        services: [
          {
            name: 's',
            url: 'http://a.test',
            routes: [{ paths: ['/a'], plugins: [{ name: 'cors', config: { origins: ['*'] } }] }],
          },
        ],
        routes: [
          { name: 'r', hosts: ['b.test'], service: 's' },
          { name: 'q', hosts: ['c.test'], service: { id: '11111111-1111-4111-8111-111111111111' } },
        ],
        consumers: [{ username: 'u', keyauth_credentials: [{ key: 'k', ttl: 60 }] }],
        keyauth_credentials: [{ key: 'other', consumer: 'u' }],
        plugins: [{ name: 'of-our-own', config: { whatever: 1 } }],
      }),
    ).toEqual([]);
  });

  test.each([
    ['an unknown key at the top', { rotues: [] }, ' additionalProperties'],
    [
      'an unknown field of a service',
      { services: [{ host: 'a', hots: 'b' }] },
      '/services/0 additionalProperties',
    ],
    ['a wrong type in a service', { services: [{ host: 'a', port: '80' }] }, '/services/0/port type'],
    ['a service without a host', { services: [{ name: 's' }] }, '/services/0 required'],
    ['a target at the top without its upstream', { targets: [{ target: 'a:1' }] }, '/targets/0 required'],
    [
      'an unknown field in a nested plugin',
      { services: [{ host: 'a', plugins: [{ name: 'cors', config: { origin: [] } }] }] },
      '/services/0/plugins/0/config additionalProperties',
    ],
    [
      'a wrong type in a plugin',
      { plugins: [{ name: 'cors', config: { max_age: '1' } }] },
      '/plugins/0/config/max_age type',
    ],
    [
      'a plugin on a scope that it does not work for',
      { plugins: [{ name: 'key-auth', consumer: 'u' }] },
      '/plugins/0/consumer type',
    ],
  ])('refuses %s', (_, rest, fault) => {
    expect(faults(rest)).toEqual([fault]);
  });

  test('takes the deprecated shorthands of plugins, and tells what to write instead', () => {
    const plugin = { name: 'rate-limiting', config: { minute: 5, redis_host: 'a' } };
    expect(faults({ plugins: [plugin] })).toEqual([]);
    const { properties } = readJson('json/plugins/rate-limiting.json').properties['config']!;
    expect(properties['redis_host']?.description).toBe('deprecated: write redis.host');
  });

  test('a service with a url may hold anything that the url replaces', () => {
    expect(faults({ services: [{ url: 'http://a.test', port: 'eighty' }] })).toEqual([]);
  });

  test('does not hold the annotations of our own validator, nor patterns that only JavaScript knows', () => {
    const text = JSON.stringify(whole);
    expect(text).not.toMatch(/"x-|\[\^\]/);
    expect(text).toContain('patternErrorMessage');
  });

  const corpus = cases().filter(({ status }) => status === 201);
  (corpus.length > 0 ? test : test.skip)('takes what a real Kong 3.9.3 accepts (../shared/kong)', () => {
    const values = corpus.flatMap((one) => {
      const read = readText(textOf(one), {});
      return read.ok && read.value !== null ? [{ id: one.id, value: read.value }] : [];
    });
    expect(values.length).toBeGreaterThan(1400);
    expect(values.filter(({ value }) => !check(value)).map(({ id }) => id)).toEqual([]);
  });
});

describe('one schema', () => {
  test('of a plugin stands alone', () => {
    const schema = oneSchema(definitions, 'plugin.cors');
    expect(schema).not.toHaveProperty('definitions');
    expect(compile(schema)({ name: 'cors', config: { origin: [] } })).toBe(false);
  });

  test('of an entity brings what may be nested in it, and no more', () => {
    const schema = oneSchema(definitions, 'consumers');
    expect(Object.keys((schema as { definitions: object }).definitions)).toEqual(
      expect.arrayContaining(['consumers', 'keyauth_credentials', 'plugins', 'plugin.cors']),
    );
    expect((schema as { definitions: object }).definitions).not.toHaveProperty('services');
    expect(compile(schema)({ username: 'u', acls: [{ group: 'g', extra: 1 }] })).toBe(false);
  });

  test('of what is not there is none', () => {
    expect(oneSchema(definitions, 'plugin.nope')).toBeUndefined();
  });
});

describe('the files', () => {
  test('refer to each other so that they can be read together', () => {
    const ajv = new Ajv({ strict: false });
    for (const folder of ['entities', 'plugins'])
      for (const name of readdirSync(new URL(`json/${folder}/`, FOLDER)))
        ajv.addSchema(readJson(`json/${folder}/${name}`), `file:///${folder}/${name}`);
    const validate = ajv.getSchema('file:///entities/services.json');
    expect(validate?.({ host: 'a', plugins: [{ name: 'cors', config: { origins: ['*'] } }] })).toBe(true);
    expect(validate?.({ host: 'a', plugins: [{ name: 'cors', config: { origin: ['*'] } }] })).toBe(false);
  });

  test('are one per definition', () => {
    const schema = { fields: [{ config: { type: 'record', required: true, fields: [] } }] } as const;
    expect([...schemaFiles(defineSchemas({}, new Map([['mine', schema]]))).keys()]).toEqual([
      'plugins/mine.json',
    ]);
  });
});
