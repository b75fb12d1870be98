import { describe, expect, test } from '@jest/globals';
import { migratePath, migratePaths } from '../../../../src/config/document/migrate-paths.js';

describe('a path of format 1.1 or 2.1', () => {
  test.each<[unknown, unknown]>([
    ['/a/b', '/a/b'],
    ['/a/../b', '/b'],
    ['/a/./b/', '/a/b/'],
    ['//a///b', '/a/b'],
    ['/..', '/'],
    ['/a%41', '/aA'],
    ['/a%2fb', '/a%2Fb'],
    ['/%c3%a9', '/é'],
    ['/%ff', '/%ff'],
    ['', ''],
    ['/', '/'],
    ['/a(b)', '~/a(b)'],
    ['/a%2e(b)', '~/a\\.(b)'],
    ['/a%41%28(', '~/aA%28('],
    ['/\\d+$', '~/\\d+$'],
    ['~/a', '~/a'],
    [5, 5],
    [null, null],
  ])('%j becomes %j', (path, migrated) => {
    expect(migratePath(path)).toBe(migrated);
  });
});

test('only routes at the top, and in services at the top, are rewritten', () => {
  const route = { paths: ['/a('] };
  const config = {
    routes: [route, null],
    services: [{ routes: [route] }, 'x'],
    certificates: [{ services: [{ routes: [route] }] }],
  };
  const migrated = { paths: ['~/a('] };
  expect(migratePaths(config)).toEqual({
    routes: [migrated, null],
    services: [{ routes: [migrated] }, 'x'],
    certificates: [{ services: [{ routes: [route] }] }],
  });
  expect(route.paths).toEqual(['/a(']);
});
