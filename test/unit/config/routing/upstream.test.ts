import { expect, test } from '@jest/globals';
import { upstreamPath } from '../../../../src/config/routing/upstream.js';

// Kong's own table for path_handling v0 (docs of routes, "path handling algorithms"), with the route's path where it is stripped.
test.each<[base: string, path: string, strips: boolean, matched: string | undefined, sent: string]>([
  ['/s', '/fv0/req', false, '/fv0', '/s/fv0/req'],
  ['/s', '/fv0', false, '/fv0', '/s/fv0'],
  ['/s', '/tv0/req', true, '/tv0', '/s/req'],
  ['/s', '/tv0', true, '/tv0', '/s'],
  ['/s', '/fv0/', false, '/fv0/', '/s/fv0/'],
  ['/s', '/tv0/', true, '/tv0/', '/s/'],
  ['/s', '/tv0/req', true, '/tv0/', '/s/req'],
  ['/s/', '/fv0/req', false, '/fv0', '/s/fv0/req'],
  ['/s/', '/tv0/req', true, '/tv0', '/s/req'],
  ['/s/', '/tv0', true, '/tv0', '/s'],
  ['/s/', '/tv0/', true, '/tv0/', '/s/'],
  ['/', '/tv0', true, '/tv0', '/'],
  ['/', '/a/b', true, undefined, '/a/b'],
  ['/s', '/', false, undefined, '/s'],
  ['/s', '/tv0/../x', true, '/tv0/', '/s/x'],
])('%s + %s (strip_path %s of %s) is %s', (base, path, strips, matched, sent) => {
  expect(upstreamPath(base, path, strips, matched)).toBe(sent);
});
