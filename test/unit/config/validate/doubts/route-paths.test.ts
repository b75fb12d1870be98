import { describe, expect, test } from '@jest/globals';
import { routePathDoubts } from '../../../../../src/config/validate/doubts/route-paths.js';

const codes = (path: unknown): string[] => routePathDoubts({ paths: [path] }).map(({ code }) => code);

describe('a regular expression that no path matches', () => {
  test.each([
    ['~/a$/b', 'after the end'],
    ['~/a$b', 'after the end'],
    ['~/a$[0-9]', 'after the end'],
    ['~/a$$\\d', 'after the end'],
    ['~/^a', 'beginning'],
    ['~/a(b|c)^/d', 'beginning'],
    ['~/search\\?q=', 'query'],
    ['~/search[?]q=', 'query'],
    ['~/a%20b', 'decoded'],
    ['~/a%2fb', '%2F'],
    ['~/a%41', 'decoded'],
  ])('%s', (path, why) => {
    const [doubt] = routePathDoubts({ paths: [path] });
    expect(doubt).toMatchObject({ severity: 'warning', code: 'path-never-matches', path: ['paths', 0] });
    expect(doubt?.message).toContain(why);
  });

  test.each([
    '~/',
    '~/a$',
    '~/a$$',
    '~/a(?:$|/b)',
    '~/a$b?',
    '~/a$[b]*',
    '~/a$(b)?',
    '~/a$b{0,3}',
    '~^/a',
    '~/a|^/b',
    '~/a$|b',
    '~/(?i)a%2f',
    '~/(?m)a$\\n^b',
    '~/a%2Fb',
    '~/a%3Fb',
    '~/a%2?0',
    '~/a(\\?b)?',
    '~/a\\??',
    '~/a[?b]',
    '~/a\\$b',
    '~/a[$]b',
    '~/[^/]+/b',
    '~/users/(?<id>\\d+)/orders$',
    '~/(?P<x>a)\\b/c',
    '~/a\\x24b',
    '~/a\\Q$b\\E',
    '~/a(',
    '~/a[',
    '~/a\\',
  ])('%s may match, or is not for us to judge', (path) => {
    expect(codes(path)).toEqual([]);
  });
});

describe('a plain path', () => {
  test.each(['/users/\\d+', '/a.*', '/a.+', '/[a-z]', '/[^/]', '/(a|b)', '/(?:a)', '/a$', '/a\\.b'])(
    '%s looks like a regular expression',
    (path) => expect(codes(path)).toEqual(['regex-without-tilde']),
  );

  test.each(['/a?b', '/a?b=1', '/(a)?'])('%s holds a query', (path) => {
    expect(codes(path)).toEqual(['path-never-matches']);
  });

  test.each([
    '/',
    '/a.b',
    '/a*',
    '/a+b',
    '/Products(1)',
    '/odata/$metadata',
    '/$',
    '/a;b=c',
    '/[x]',
    '/{id}',
    '/a b',
    '/é',
    '/a...b',
    'a.*',
    '',
  ])('%j is one', (path) => expect(codes(path)).toEqual([]));
});

test('what is no list of texts is left to others', () => {
  for (const paths of [undefined, null, 'x', 5, {}, [null, 5, {}, ['/a.*']]]) {
    expect(routePathDoubts({ paths })).toEqual([]);
  }
});

test.each(['(', '[', '[[:', '\\', '$', '%2', '(?:', 'a{'])('many paths full of %j take no time', (part) => {
  const paths = Array.from({ length: 200 }, (_, at) => `~/${part.repeat(1990 / part.length)}${at}`);
  const plain = paths.map((path) => path.slice(1));
  expect(routePathDoubts({ paths: [...paths, ...plain, `~/${part.repeat(1e6)}`] })).toBeDefined();
});
