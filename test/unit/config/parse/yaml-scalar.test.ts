import { describe, expect, test } from '@jest/globals';
import {
  INVALID,
  resolveCore,
  resolvePlain,
  resolveTagged,
} from '../../../../src/config/parse/yaml-scalar.js';

const tag = (name: string): string => `tag:yaml.org,2002:${name}`;

describe('a plain scalar, as lyaml 6.2.8 resolves it', () => {
  test.each<[string, unknown]>([
    ['', null],
    ['~', null],
    ['Null', null],
    ['nULL', 'nULL'],
    ['on', true],
    ['Off', false],
    ['YES', true],
    ['y', 'y'],
    ['n', 'n'],
    ['TRUE', true],
    ['tRUE', 'tRUE'],
    ['80', 80],
    ['+80', 80],
    ['-80', -80],
    ['8_0', 80],
    ['_8', 8],
    ['00', 0],
    ['0120', 80],
    ['-017', -15],
    ['08', 8],
    ['09', 9],
    ['0o17', '0o17'],
    ['0x50', 80],
    ['-0x50', -80],
    ['0X50', '0X50'],
    ['0x', '0x'],
    ['0x5E', 94],
    ['0X5E', 94],
    ['0b1010', 10],
    ['0b1', '0b1'],
    ['1:20', 80],
    ['1:20:30', 4830],
    ['10:80', 680],
    ['-1:30', -90],
    ['190:20:30.15', 685230.15],
    ['1.', 1],
    ['.5', 0.5],
    ['-.5', -0.5],
    ['.', '.'],
    ['1e3', 1000],
    ['1_0.5', 10.5],
    ['e1', 'e1'],
    ['1.2.3.4', '1.2.3.4'],
    ['.inf', Infinity],
    ['-.Inf', -Infinity],
    ['.NaN', NaN],
    ['inf', 'inf'],
    ['1e400', Infinity],
    ['2024-01-01', '2024-01-01'],
    ['12e03', 12000],
    ['017_', INVALID],
    ['1'.repeat(400), '1'.repeat(400)],
    [`-${'1'.repeat(400)}`, INVALID],
    ['=', '='],
    ['<<', '<<'],
    ['é', 'é'],
  ])('%j is %p', (text, value) => {
    expect(resolvePlain(text)).toEqual(value);
  });
});

describe('a tagged scalar', () => {
  test.each<[string, string, unknown]>([
    ['str', '5', '5'],
    ['null', 'x', null],
    ['bool', 'y', true],
    ['bool', 'off', false],
    ['bool', '1', INVALID],
    ['int', '0x50', 80],
    ['int', '1:20', 80],
    ['int', '5.5', INVALID],
    ['int', '1e3', INVALID],
    ['float', '80', 80],
    ['float', '3.0', 3],
    ['float', '1:20', INVALID],
    ['float', '.inf', Infinity],
    ['binary', 'aGk=', 'aGk='],
    ['binary', '12', 12],
  ])('!!%s %j is %p', (name, text, value) => {
    expect(resolveTagged(tag(name), text, true)).toEqual(value);
  });

  test('an unknown tag leaves a quoted text a text', () => {
    expect(resolveTagged('!x', '12', false)).toBe('12');
  });
});

test.each<[string, unknown]>([
  ['yes', 'yes'],
  ['012', 12],
  ['0o14', 12],
  ['1:30', '1:30'],
  ['1_000', '1_000'],
  ['true', true],
  ['~', null],
  ['-0x50', '-0x50'],
  ['1e3', 1000],
])('YAML 1.2 reads %j as %p', (text, value) => {
  expect(resolveCore(text)).toEqual(value);
});
