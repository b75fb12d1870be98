import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readText } from '../../../../src/config/parse/read-text.js';
import type { Path, Places } from '../../../../src/config/parse/result.js';

function places(text: string): Places {
  const result = readText(text);
  if (!result.ok) throw new Error(result.message);
  return result.places();
}

const YAML = `a: 1
list:
- name: x
  "quoted": 'y z'
- &t {flow: [10, 11]}
other: *t
merged:
  <<: *t
  own: |
    block
numbered: {1: p, 2: q}
`;

describe('places in YAML', () => {
  const { find } = places(YAML);

  test.each<[Path, string]>([
    [[], '1:1'],
    [['a'], '1:4-1:5'],
    [['list'], '3:1'],
    [['list', 0], '3:3'],
    [['list', 0, 'name'], '3:9-3:10'],
    [['list', 0, 'quoted'], '4:13-4:18'],
    [['list', 1, 'flow', 1], '5:18-5:20'],
    [['other', 'flow', 0], '5:14-5:16'],
    [['merged', 'flow', 0], '5:14-5:16'],
    [['merged', 'own'], '10:1-11:1'],
    [['numbered', 1], '11:21-11:22'],
  ])('the value at %j', (path, expected) => {
    const { line, column, endLine, endColumn } = find(path);
    expect(`${line}:${column}${endLine === undefined ? '' : `-${endLine}:${endColumn ?? 0}`}`).toBe(expected);
  });

  test('a key has its own place', () => {
    expect(find(['list', 0, 'quoted'], 'key')).toEqual({ line: 4, column: 3, endLine: 4, endColumn: 11 });
  });

  test('what is not there is at the nearest ancestor that has a key', () => {
    expect(find(['list', 7, 'x'])).toMatchObject({ line: 2, column: 1 });
    expect(find(['numbered', 5])).toMatchObject({ line: 11, column: 1 });
    expect(find(['nothing'])).toEqual({ line: 1, column: 1 });
  });
});

test('places in JSON, tabs and raw line breaks included', () => {
  const { find } = places('{\n\t"a": ["x\ny", {"b": -1.5}]\n}');
  expect(find(['a', 1, 'b'])).toEqual({ line: 3, column: 11, endLine: 3, endColumn: 15 });
  expect(find(['a', 0])).toEqual({ line: 2, column: 8, endLine: 3, endColumn: 3 });
});

test('places survive brackets that close below their key', () => {
  const { find } = places('a:\n- b: [\n  x,\n  yy\n]\n  c: 1\n');
  expect(find(['a', 0, 'b', 1])).toEqual({ line: 4, column: 3, endLine: 4, endColumn: 5 });
  expect(find(['a', 0, 'c'])).toMatchObject({ line: 6, column: 6 });
});

test('every scalar of any JSON value is found where it is written, read as JSON or as YAML', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 3 }), fc.boolean(), (written, yaml) => {
      // JSON has no -0.
      const json: unknown = JSON.parse(JSON.stringify(written));
      const text = `${yaml ? '#\n' : ''}${JSON.stringify({ json }, undefined, 1)}`;
      const lines = text.split('\n');
      const { find } = places(text);
      const visit = (value: unknown, path: Path): void => {
        if (typeof value === 'object' && value !== null) {
          for (const [key, child] of Object.entries(value)) {
            visit(child, [...path, Array.isArray(value) ? Number(key) : key]);
          }
          return;
        }
        const { line, column, endLine, endColumn } = find(path);
        expect(endLine).toBe(line);
        expect(JSON.parse(lines[line - 1]!.slice(column - 1, endColumn! - 1))).toEqual(value);
      };
      visit({ json }, []);
    }),
  );
});
