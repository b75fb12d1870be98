import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { encodeJson } from '../../../../../src/emulator/kong/lua/json.js';
import { matchesPattern } from '../../../../../src/emulator/kong/lua/pattern.js';
import { prettyTable } from '../../../../../src/emulator/kong/lua/pretty.js';
import { luaProblem } from '../../../../../src/config/syntax/lua.js';
import {
  deepCopy,
  fromJson,
  index,
  isSequence,
  LuaError,
  numberText,
  sameValue,
  setPath,
  type Table,
} from '../../../../../src/emulator/kong/lua/value.js';

describe('Lua tables', () => {
  it('are sequences with the keys 1..n, or when empty', () => {
    expect([[], new Map(), [null]].map((value) => isSequence(value))).toEqual([true, true, true]);
    expect([new Map([[2, 'x']]), 'text', undefined].map((value) => isSequence(value))).toEqual([
      false,
      false,
      false,
    ]);
  });

  it('cannot be found in scalars, except that text has no members', () => {
    expect([index('text', 'x'), index(['a'], 1), index(['a'], '1')]).toEqual([undefined, 'a', undefined]);
    for (const value of [1, true, null, undefined]) expect(() => index(value, 'x')).toThrow(LuaError);
  });

  it('are made on the way to a path, unless text is in the way', () => {
    const table: Table = new Map([['text', 'x']]);
    setPath(table, 'a.b', 1);
    expect(encodeJson(table)).toBe('{"text":"x","a":{"b":1}}');
    expect(() => setPath(table, 'text.b', 1)).toThrow(LuaError);
  });

  it('survive copying and JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (data) => {
        const value = fromJson(data);
        expect(sameValue(deepCopy(value), value)).toBe(true);
        const text = encodeJson(value);
        fc.pre(!text.includes('e+308'));
        expect(encodeJson(fromJson(JSON.parse(text)))).toBe(text);
      }),
    );
  });

  it('keep hostile keys as keys', () => {
    const value = fromJson(JSON.parse('{"__proto__":{"polluted":1},"constructor":2}'));
    expect(encodeJson(value)).toBe('{"__proto__":{"polluted":1},"constructor":2}');
    expect(Object.prototype).not.toHaveProperty('polluted');
  });
});

describe('JSON as cjson writes it', () => {
  it('fills holes with null, and keeps empty tables apart by their kind', () => {
    expect(encodeJson(new Map([[2, 'x']]))).toBe('[null,"x"]');
    expect([encodeJson([]), encodeJson(new Map())]).toEqual(['[]', '{}']);
  });

  it('refuses what JSON cannot hold', () => {
    const sparse: Table = new Map([[100_000, 'x']]);
    const nullKey: Table = new Map([[null, 'x']]);
    for (const value of [Number.NaN, Infinity, sparse, nullKey])
      expect(() => encodeJson(value)).toThrow(LuaError);
  });

  it('writes numbers like C', () => {
    expect([5, 0.1, 1e21, -0, 1e-7, 0.0001, 1795389392.227].map((number) => numberText(number, 16))).toEqual([
      '5',
      '0.1',
      '1e+21',
      '-0',
      '1e-07',
      '0.0001',
      '1795389392.227',
    ]);
    expect(numberText(100_000_000_000_000, 14)).toBe('1e+14');
  });
});

describe('tables as text', () => {
  it('have their sequence first, then sorted names, then what follows a hole', () => {
    expect(
      prettyTable(
        new Map<string | number, string | number | string[]>([
          [1, 'a'],
          ['b', 1],
          ['@entity', ['x']],
          [3, 'c'],
        ]),
      ),
    ).toBe('{"a",["@entity"]={"x"},b=1,[3]="c"}');
    expect(prettyTable(new Map([['end', 'say "hi"']]))).toBe('{["end"]="say \\"hi\\""}');
    expect(prettyTable(['two\nlines'])).toBe('{[[two\nlines]]}');
  });
});

describe('Lua patterns', () => {
  it.each([
    ['GET', '^%u+$', true],
    ['get', '^%u+$', false],
    ['my-env', '^[a-z][a-z%d-]-[a-z%d]+$', true],
    ['my-', '^[a-z][a-z%d-]-[a-z%d]+$', false],
    ['*.test', '^%*%.', true],
    ['a*b*c', '^[^*]*%*?[^*]*$', false],
    ['a.b', '%.%*$', false],
    ['x@y', '%w*%p*@+%w*%.?%w*', true],
    ['1.2-rc', '^%d+[%.%d]*%-?.*$', true],
    ['é', '^..$', true],
  ])('%p and %p', (text, pattern, matches) => {
    expect(matchesPattern(text, pattern)).toBe(matches);
  });
});

describe('Lua source', () => {
  it.each([
    'return',
    'local x, y = 1, {a = 1, ["b"] = 2; 3}',
    'if a then b() elseif c then d:e "x" else return end',
    'for i = 1, 10 do print(i) end for k, v in pairs(t) do t[k] = nil end',
    'local function f(a, ...) return #a .. [[long\nstring]], ... end',
    '-- a comment\n--[==[ a long\none ]==] goto done ::done::',
    'repeat local n = 0x1F until not (n ~= 2 and n <= 3) or n == 1e3',
    'a.b["c"]:d{1}.e = function() end',
  ])('compiles: %p', (source) => {
    expect(luaProblem(source)).toBeUndefined();
  });

  it.each([
    ['abc', "[string \"abc\"]:1: '=' expected near '<eof>'"],
    ['return (', '[string "return ("]:1: unexpected symbol near \'<eof>\''],
    ['for', "[string \"for\"]:1: '<name>' expected near '<eof>'"],
    ['if x then\n', "[string \"if x then...\"]:2: 'end' expected near '<eof>'"],
    ['x = "open', '[string "x = "open"]:1: unfinished string near \'<eof>\''],
    ['x = 1z', '[string "x = 1z"]:1: malformed number near \'1z\''],
    ['x = ]]', '[string "x = ]]"]:1: unexpected symbol near \']\''],
    [`x = ${'('.repeat(500)}`, 'too many syntax levels'],
  ])('does not compile: %p', (source, problem) => {
    expect(luaProblem(source)).toContain(problem);
  });
});
