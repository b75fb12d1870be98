import { describe, expect, it } from '@jest/globals';
import { flattenConfig } from '../../../../../src/emulator/kong/declarative/flatten.js';
import { generateIds, uuid5 } from '../../../../../src/emulator/kong/declarative/ids.js';
import { migrateFormat, migratePath } from '../../../../../src/emulator/kong/declarative/migrate.js';
import { configModel } from '../../../../../src/emulator/kong/declarative/model.js';
import { flattenedRefusalBody, refusalBody } from '../../../../../src/emulator/kong/declarative/refusal.js';
import { parseText } from '../../../../../src/emulator/kong/declarative/text.js';
import { encodeJson } from '../../../../../src/emulator/kong/lua/json.js';
import { fromJson, LuaError, tableOf, type Table } from '../../../../../src/emulator/kong/lua/value.js';
import { loadCatalog } from '../../../../../src/emulator/kong/schema/catalog.js';

const model = configModel(loadCatalog(), () => 1_700_000_000_000);

function table(config: object): Table {
  return tableOf(fromJson({ _format_version: '3.0', ...config }));
}

/** Stored entities by type and id. */
function stored(config: object): Record<string, Record<string, Record<string, unknown>>> {
  const result = flattenConfig(model, table(config));
  if (!result.ok) throw new Error(refusalBody(result.problems));
  const text = encodeJson(new Map([...result.entities].map(([name, items]) => [name, new Map(items)])));
  return JSON.parse(text) as ReturnType<typeof stored>;
}

interface Refusal {
  readonly fields: unknown;
  readonly flattened_errors?: unknown;
}

function refusal(config: object, flat = false): Refusal {
  const input = table(config);
  const result = flattenConfig(model, input);
  if (result.ok) throw new Error('accepted');
  const text = flat ? flattenedRefusalBody(model, input, result.problems) : refusalBody(result.problems);
  return JSON.parse(text) as Refusal;
}

describe('generated ids', () => {
  it('are UUIDs of version 5', () => {
    expect(uuid5('6ba7b810-9dad-11d1-80b4-00c04fd430c8', 'www.example.com')).toBe(
      '2ed6657d-e927-568b-95e1-2665a8aea6a2',
    );
  });

  it('are the recorded gateway’s', () => {
    const ids = (config: object): string[] =>
      Object.values(stored(config)).flatMap((items) => Object.keys(items));
    expect(ids({ services: [{ name: 'a', host: 'x' }] })).toEqual(['72734e2a-702d-5711-b9ef-697178108ad8']);
    expect(ids({ routes: [{ name: 'r', paths: ['/'] }] })).toEqual(['da7ba03a-f1be-52d4-8a7e-c8f32640689a']);
    expect(ids({ upstreams: [{ name: 'ups-b', targets: [{ target: '127.0.0.1:9980' }] }] }).sort()).toEqual([
      '0da9952b-9209-57f1-a328-1a6ed79acf9d',
      '4111c56c-d0e3-5345-8220-d17eed055a61',
    ]);
  });

  it('are random where Kong has nothing to derive them from', () => {
    const config = {
      services: [{ host: 'x' }],
      consumers: [{ custom_id: 'c', keyauth_credentials: [{ key: 'k' }] }],
    };
    const [first, second] = [stored(config), stored(config)];
    for (const name of ['services', 'consumers', 'keyauth_credentials']) {
      expect(Object.keys(first[name]!)).not.toEqual(Object.keys(second[name]!));
    }
  });

  it('are left in the config, where flattened errors show them', () => {
    const config = table({ services: [{ name: 'a', host: 'x' }] });
    generateIds(model, config);
    expect(encodeJson(config)).toContain('72734e2a-702d-5711-b9ef-697178108ad8');
  });
});

describe('a config becomes entities', () => {
  it('with references as ids, nested or not, by name, id or object', () => {
    const id = '11111111-1111-4111-8111-111111111111';
    const { routes } = stored({
      services: [{ id, name: 'a', host: 'x', routes: [{ name: 'nested', paths: ['/1'] }] }],
      routes: [
        { name: 'by-name', paths: ['/2'], service: 'a' },
        { name: 'by-id', paths: ['/3'], service: id },
        { name: 'by-object', paths: ['/4'], service: { id } },
      ],
    });
    expect(Object.values(routes!).map((route) => route['service'])).toEqual(
      Array.from({ length: 4 }, () => ({ id })),
    );
  });

  it('where a parent wins over what its child says', () => {
    const { routes } = stored({
      services: [
        { name: 'a', host: 'x', routes: [{ name: 'r', paths: ['/'], service: 'b' }] },
        { name: 'b', host: 'x' },
      ],
    });
    expect(Object.values(routes!)[0]!['service']).toEqual({ id: '72734e2a-702d-5711-b9ef-697178108ad8' });
  });

  it('where credentials find their consumer, nested in it', () => {
    const { basicauth_credentials: credentials } = stored({
      consumers: [{ username: 'u', basicauth_credentials: [{ username: 'x', password: 'p' }] }],
    });
    expect(Object.values(credentials!)).toMatchObject([{ username: 'x', password: 'p' }]);
  });

  it('where certificates hold SNIs, and services beneath them', () => {
    expect(() => stored({ certificates: [{ cert: 'x', key: 'y', snis: [{ name: 'a.test' }] }] })).toThrow(
      'invalid certificate',
    );
  });
});

describe('refusals', () => {
  it('are filed by position, holes as null, and by name for references', () => {
    expect(
      refusal({
        services: [
          { name: 'a', host: 'x' },
          { name: 'a', host: 'y' },
        ],
      }).fields,
    ).toEqual({
      services: [null, "uniqueness violation: 'services' entity with name set to 'a' already declared"],
    });
    expect(refusal({ routes: [{ name: 'r', paths: ['/'], service: 'no' }] }).fields).toEqual({
      routes: { r: ["invalid reference 'service: no' (no such entry in 'services')"] },
    });
  });

  it('tell entities apart when flattened, children without their parents’ other children', () => {
    const { fields, flattened_errors: errors } = refusal(
      {
        foo: 1,
        services: [
          {
            name: 'a',
            retries: 'x',
            tags: ['t'],
            routes: [
              { name: 'r', paths: ['x'] },
              { name: 'ok', paths: ['/'] },
            ],
          },
        ],
      },
      true,
    );
    expect(fields).toEqual({ foo: 'unknown field' });
    expect(errors).toEqual([
      {
        entity_type: 'route',
        entity_name: 'r',
        entity: { name: 'r', paths: ['x'] },
        errors: [
          {
            type: 'field',
            field: 'paths.1',
            message: 'should start with: / (fixed path) or ~/ (regex path)',
          },
        ],
      },
      {
        entity_type: 'service',
        entity_name: 'a',
        entity_tags: ['t'],
        entity: { name: 'a', retries: 'x', tags: ['t'] },
        errors: [
          { type: 'field', field: 'retries', message: 'expected an integer' },
          { type: 'field', field: 'host', message: 'required field missing' },
        ],
      },
    ]);
  });

  it('give a child its parent’s id when that was written down', () => {
    const id = '11111111-1111-4111-8111-111111111111';
    const { flattened_errors: errors } = refusal(
      { services: [{ id, host: 'x', routes: [{ paths: 1 }] }] },
      true,
    );
    expect(errors).toMatchObject([{ entity: { paths: 1, service: { id } } }]);
  });

  it('mention a missing primary key where the second schema is at work', () => {
    const config = { services: [{ name: 'a' }], routes: [{ name: 'r', paths: ['/'], service: 'no' }] };
    expect(refusal(config).fields).toEqual({
      services: [{ host: 'required field missing' }],
      routes: [{ service: { id: 'missing primary key' } }],
    });
  });

  it('break Kong for a clash or a reference of what has no name', () => {
    expect(() => refusal({ plugins: [{ name: 'cors', service: 'no' }] })).toThrow(LuaError);
    expect(() => refusal({ consumers: [{ custom_id: 'x' }, { custom_id: 'x' }] })).toThrow(LuaError);
    expect(() => refusal({ services: ['a'] })).toThrow(LuaError);
    expect(() => refusal({ services: [{ host: 'x', consumers: [{ username: 'c' }] }] })).toThrow(LuaError);
    expect(() => refusal({ upstreams: [{ name: 'u', id: null, targets: [{ target: 'a' }] }] })).toThrow(
      LuaError,
    );
  });
});

describe('older formats', () => {
  it('turn paths that are not plain into regular expressions', () => {
    expect(['/a', '/a/../b', '/a(b)', '/%2Ea(', 5].map(migratePath)).toEqual([
      '/a',
      '/b',
      '~/a(b)',
      '~/\\.a(',
      5,
    ]);
  });

  it('do so at the top and right below services only', () => {
    const config = tableOf(
      fromJson({
        _format_version: '2.1',
        routes: [{ paths: ['/x('] }],
        services: [{ routes: [{ paths: ['/y('] }] }],
        certificates: [{ services: [{ routes: [{ paths: ['/z('] }] }] }],
      }),
    );
    migrateFormat(config);
    const text = encodeJson(config);
    for (const path of ['"~/x("', '"~/y("', '"/z("', '"_format_version":"3.0"']) expect(text).toContain(path);
  });
});

describe('texts', () => {
  it('are objects or lists, YAML null counting as an empty one', () => {
    expect(parseText('---\n')).toMatchObject({ ok: true, value: new Map() });
    expect(parseText('"x"')).toEqual({
      ok: false,
      message: 'failed parsing declarative configuration: expected an object',
    });
    expect(parseText('a: [')).toMatchObject({
      ok: false,
      message: expect.stringContaining('failed parsing'),
    });
  });

  it('keep keys apart that are no strings', () => {
    const parsed = parseText('1: a\ntrue: b\n~: c\nx: d\n');
    expect(parsed.ok && [...(parsed.value as Table).keys()].sort()).toEqual([1, null, true, 'x'].sort());
  });
});
