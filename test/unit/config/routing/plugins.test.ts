import { expect, test } from '@jest/globals';
import type { FlatEntity } from '../../../../src/config/diff/flat-entity.js';
import { consumersPlugins, runningPlugins } from '../../../../src/config/routing/plugins.js';
import { entitiesOf } from './explained.js';

const named = (entities: readonly FlatEntity[], name: string): FlatEntity =>
  entities.find(
    ({ entity, fields }) =>
      entity.model.type !== 'plugins' && [fields['name'], fields['username']].includes(name),
  )!;

const SCOPES: readonly object[] = [
  { route: 'r', service: 's', consumer: 'c' },
  { route: 'r', consumer: 'c' },
  { service: 's', consumer: 'c' },
  { route: 'r', service: 's' },
  { consumer: 'c' },
  { route: 'r' },
  { service: 's' },
  {},
];

function config(scopes: readonly object[]): readonly FlatEntity[] {
  return entitiesOf({
    services: [{ name: 's', host: 'h', routes: [{ name: 'r', paths: ['/'] }] }],
    consumers: [{ username: 'c' }, { username: 'other' }],
    plugins: scopes.map((scope, index) => ({
      name: 'rate-limiting',
      config: { minute: index + 1 },
      ...scope,
    })),
  });
}

test('the most specific plugin of a name runs, and tells which it is instead of', () => {
  for (let from = 0; from < SCOPES.length; from += 1) {
    const scopes = SCOPES.slice(from);
    const entities = config([...scopes].reverse());
    const situation = {
      route: named(entities, 'r'),
      service: named(entities, 's'),
      consumer: named(entities, 'c'),
    };
    const [plugin, ...others] = runningPlugins(entities, situation);
    expect(others).toEqual([]);
    expect(plugin?.scope).toBe(Object.keys(scopes[0]!).join(' + ') || 'global');
    expect(plugin?.instead).toHaveLength(scopes.length - 1);
  }
});

test('plugins of consumers run for them alone', () => {
  const entities = config([{ consumer: 'c' }, { consumer: 'other' }, {}]);
  const situation = { route: named(entities, 'r'), service: named(entities, 's'), consumer: undefined };
  expect(runningPlugins(entities, situation).map(({ scope }) => scope)).toEqual(['global']);
  expect(consumersPlugins(entities, situation).map(({ consumer }) => consumer.fields['username'])).toEqual([
    'c',
    'other',
  ]);
});

test('they run by priority, later names first where it is equal, unknown ones last', () => {
  const entities = entitiesOf({
    services: [{ name: 's', host: 'h', routes: [{ name: 'r', paths: ['/'] }] }],
    plugins: [
      { name: 'mine' },
      { name: 'prometheus' },
      { name: 'cors' },
      { name: 'key-auth', enabled: false },
      { name: 'pre-function', config: { access: ['return'] } },
      { name: 'a' },
      { name: 'b' },
    ],
  });
  const situation = { route: named(entities, 'r'), service: undefined, consumer: undefined };
  const order = (priorities?: Readonly<Record<string, number>>): string[] =>
    runningPlugins(entities, situation, priorities).map(({ name }) => name);
  expect(order()).toEqual(['pre-function', 'cors', 'prometheus', 'mine', 'b', 'a']);
  expect(order({ mine: 5, a: 7, b: 7, cors: 1 }).slice(0, 4)).toEqual(['b', 'a', 'mine', 'cors']);
});
