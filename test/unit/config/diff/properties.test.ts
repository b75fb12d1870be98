import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { formatPath } from '../../../../src/config/document/problem.js';
import { isEmptyDiff } from '../../../../src/config/diff/diff.js';
import { compile } from '../compile-text.js';
import { diffTexts, lines } from './diff-texts.js';

type Item = Record<string, unknown>;
type Config = Record<string, Item[]>;

const text = (config: Config): string => JSON.stringify({ _format_version: '3.0', ...config });
const word = fc.stringMatching(/^[a-z]{1,6}$/);
const words = fc.uniqueArray(word, { minLength: 1, maxLength: 3 });
const maybe = (fields: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<Item> =>
  fc.record(fields, { requiredKeys: [] });
const list = (item: fc.Arbitrary<Item>): fc.Arbitrary<Item[]> => fc.array(item, { maxLength: 4 });
const both = (one: fc.Arbitrary<Item>, other: fc.Arbitrary<Item>): fc.Arbitrary<Item> =>
  fc.tuple(one, other).map(([a, b]) => ({ ...a, ...b }));

const plugins = fc
  .uniqueArray(fc.constantFrom('cors', 'rate-limiting', 'my-own', 'bot-detection'), { maxLength: 3 })
  .map((names) => names.map((name) => ({ name, config: name === 'rate-limiting' ? { minute: 7 } : {} })));
const routes = list(
  both(
    fc.record({ paths: words.map((all) => all.map((each) => `/${each}`)) }),
    maybe({
      named: fc.constant(true),
      methods: fc.subarray(['GET', 'PUT', 'POST'], { minLength: 1 }),
      tags: words,
      strip_path: fc.boolean(),
      hosts: words,
      plugins,
    }),
  ),
);
const services = list(
  both(
    fc.record({ host: word, routes, plugins }),
    maybe({
      named: fc.constant(true),
      retries: fc.integer({ min: 0, max: 9 }),
      tags: words,
      path: word.map((each) => `/${each}`),
    }),
  ),
);
const consumers = list(
  fc.record({
    named: fc.constant(true),
    tags: words,
    acls: words.map((groups) => groups.map((group) => ({ group }))),
    keyauth_credentials: list(fc.record({ key: fc.uuid() })),
  }),
);
const upstreams = list(
  fc.record({
    named: fc.constant(true),
    targets: words.map((hosts) =>
      hosts.map((host, index) => ({ target: `${host}:${index + 1}`, weight: index })),
    ),
  }),
);

/** Names are numbered, so that they are never the same. */
const configs: fc.Arbitrary<Config> = fc.record({ services, routes, consumers, upstreams }).map((config) => {
  let count = 0;
  const name = (type: string, item: Item): Item => {
    const { named, ...rest } = item;
    count += 1;
    const own = named === true ? { [type === 'consumers' ? 'username' : 'name']: `n${count}` } : {};
    const inner = Object.entries(rest).map(([key, value]) => [
      key,
      isList(value) && key !== 'plugins' ? value.map((each) => name(key, each)) : value,
    ]);
    return { ...own, ...(Object.fromEntries(inner) as Item) };
  };
  return Object.fromEntries(
    Object.entries(config).map(([type, items]) => [type, items.map((item) => name(type, item))]),
  );
});

const isList = (value: unknown): value is Item[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'object' && item !== null);

const FIELD: Record<string, string> = {
  services: 'service',
  routes: 'route',
  consumers: 'consumer',
  upstreams: 'upstream',
};
const DEFAULTS: Record<string, Item> = {
  services: { protocol: 'http', port: 80, connect_timeout: 60000, enabled: true, path: null },
  routes: {
    protocols: ['https', 'http', 'http'],
    preserve_host: false,
    snis: [],
    regex_priority: 0,
    tags: {},
  },
  plugins: { enabled: true, protocols: ['grpc', 'https', 'grpcs', 'http'], updated_at: 5 },
  consumers: { custom_id: null, _comment: 'x' },
  upstreams: {
    algorithm: 'round-robin',
    slots: 10000,
    healthchecks: { active: { type: 'http', healthy: {} } },
  },
};

/** The same configuration, written otherwise: flat where parents have names, defaults written, lists the other way round. */
function rewritten(config: Config): Config {
  const out: Config = {};
  const add = (type: string, item: Item, keep: boolean): Item => {
    const name = item['name'] ?? item['username'];
    const result: Item = { ...DEFAULTS[type] };
    for (const [key, value] of Object.entries(item)) {
      if (!isList(value) || key === 'protocols')
        result[key] = key === 'tags' && Array.isArray(value) ? [...value, ...value].reverse() : value;
      else if (type === 'plugins' || name === undefined || FIELD[type] === undefined)
        result[key] = value.map((each) => add(key, each, true)).reverse();
      else value.forEach((each) => add(key, { ...each, [FIELD[type] ?? '']: name }, false));
    }
    if (!keep) (out[type] ??= []).unshift(result);
    return result;
  };
  for (const [type, items] of Object.entries(config)) for (const item of items) add(type, item, false);
  return out;
}

interface Spot {
  readonly type: string;
  readonly item: Item;
  readonly field: string;
}

/** Fields that may be changed without making another entity of it. */
const CHANGES: Record<string, (value: unknown) => unknown> = {
  host: (value) => `${String(value)}x`,
  path: (value) => `${String(value)}x`,
  retries: (value) => Number(value) + 10,
  strip_path: (value) => value !== true,
  weight: (value) => Number(value) + 10,
  paths: (value) => [...(value as string[]), '/zzzzzzz'],
  hosts: (value) => ['zzzzzzz', ...(value as string[])],
  methods: (value) => [...(value as string[]), 'PATCH'],
  tags: (value) => [...(value as string[]), 'zzzzzzz'],
  key: (value) => `${String(value)}x`,
  config: (value) => ({ ...(value as Item), limits: { deep: 1 } }),
  minute: (value) => Number(value) + 1,
};

function spots(config: Item): Spot[] {
  return Object.entries(config).flatMap(([type, items]) =>
    isList(items)
      ? items.flatMap((item) => [
          ...Object.keys(item)
            .filter((field) => CHANGES[field] && (field !== 'config' || item['name'] === 'my-own'))
            .map((field) => ({ type, item, field })),
          ...(item['name'] === 'rate-limiting'
            ? [{ type: 'plugins', item: item['config'] as Item, field: 'minute' }]
            : []),
          ...spots(item),
        ])
      : [],
  );
}

const cases = configs.filter((config) => compile(text(config)).valid);

describe('over generated configurations', () => {
  test('sealing is no difference', () => {
    fc.assert(
      fc.property(cases, (config) => {
        const bytes = compile(text(config)).revision!.bytes;
        expect(lines(diffTexts(text(config), bytes))).toEqual([]);
        expect(lines(diffTexts(bytes, text(config)))).toEqual([]);
      }),
    );
  });

  test('nor is order, nesting, repetition in sets, or a default', () => {
    fc.assert(
      fc.property(cases, (config) => {
        expect(lines(diffTexts(text(config), text(rewritten(config))))).toEqual([]);
        expect(lines(diffTexts(text(rewritten(config)), text(config)))).toEqual([]);
      }),
    );
  });

  test('a changed field is found, at its entity, and nothing else', () => {
    fc.assert(
      fc.property(cases, fc.nat(), (config, pick) => {
        const changed = structuredClone(config);
        const all = spots(changed);
        fc.pre(all.length > 0);
        const { type, item, field } = all[pick % all.length]!;
        item[field] = CHANGES[field]!(item[field]);
        const { entities } = diffTexts(text(config), text(rewritten(changed)));
        expect(entities.map(({ change, entity }) => [change, entity.type])).toEqual([['changed', type]]);
        const back = diffTexts(text(rewritten(changed)), text(config));
        expect(back.entities.map(({ change, entity }) => [change, entity.type])).toEqual([['changed', type]]);
        const paths = entities[0]!.fields.map(({ path }) => formatPath(path));
        expect(paths).toEqual([{ minute: 'config.minute', config: 'config.limits' }[field] ?? field]);
      }),
    );
  });

  test('what is empty one way is empty the other way', () => {
    fc.assert(
      fc.property(cases, fc.option(cases), (one, other) => {
        const now = text(other ?? rewritten(one));
        expect(isEmptyDiff(diffTexts(now, text(one)))).toBe(isEmptyDiff(diffTexts(text(one), now)));
      }),
    );
  });
});
