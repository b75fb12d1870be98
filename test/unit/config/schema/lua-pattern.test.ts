import { describe, expect, test } from '@jest/globals';
import { luaPatternToRegex } from '../../../../src/config/schema/lua-pattern.js';

describe('a Lua pattern as a regular expression', () => {
  test.each<[string, string[], string[]]>([
    ['^%u+$', ['GET'], ['get', 'GET1', '']],
    ['^/', ['/a'], ['a/']],
    ['//', ['a//b'], ['a/b']],
    ['^[Hh][Oo][Ss][Tt]$', ['host', 'HoSt'], ['hosts']],
    ['^[^*]*%*?[^*]*$', ['a', '*.a', 'a*b'], ['*a*']],
    ['^%*%.', ['*.a'], ['a*.']],
    ['%.%*$', ['a.*'], ['a.b']],
    ['^[a-z][a-z%d-]-[a-z%d]+$', ['ab', 'a-1', 'my-env'], ['a', '1a', 'A1']],
    ['^%d+[%.%d]*%-?.*$', ['1.2.3-x', '3'], ['x']],
    ['%s', ['a b', '\t'], ['ab']],
    ['^%S$', ['x'], [' ']],
    ['[%]%-^]', [']', '-', '^'], ['a', '\\']],
    ['a.c', ['abc', 'a\nc'], ['ac']],
    ['(a)+', ['a+'], ['aa']],
    ['x{2}', ['x{2}'], ['xx']],
    ['^%$%%$', ['$%'], ['$']],
    ['[]a]', [']', 'a'], ['b']],
    ['a$b', ['a$b'], ['a']],
    ['', ['', 'x'], []],
  ])('%s', (pattern, matching, others) => {
    const regex = new RegExp(luaPatternToRegex(pattern), 'u');
    expect(matching.filter((text) => !regex.test(text))).toEqual([]);
    expect(others.filter((text) => regex.test(text))).toEqual([]);
  });

  test('what has no counterpart is refused', () => {
    for (const pattern of ['%b()', '%f[%w]', '%1', '[a', '%'])
      expect(() => luaPatternToRegex(pattern)).toThrow();
  });
});
