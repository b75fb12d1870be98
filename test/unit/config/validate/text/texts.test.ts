import { describe, expect, test } from '@jest/globals';
import {
  hostAndPortFault,
  hostFault,
  routeHostFault,
  sniFault,
  upstreamNameFault,
  wildcardSniFault,
} from '../../../../../src/config/validate/text/host.js';
import { ipFault, ipOrRangeFault } from '../../../../../src/config/validate/text/ip.js';
import {
  cookieNameFault,
  headerNameFault,
  nameFault,
  tagFault,
} from '../../../../../src/config/validate/text/name.js';
import { pathFault, routePathFault } from '../../../../../src/config/validate/text/path.js';
import { parseUrl, redirectUriFault } from '../../../../../src/config/validate/text/url.js';

const CASES: [string, (text: string) => string | undefined, string[], string[]][] = [
  [
    'a host',
    hostFault,
    ['a.test', 'a_b', '1.2.3.4', '::1', '[::1]', 'a.test.', '001.2.3.4'],
    ['a.test:80', 'a b', '*.a', 'a..b', '-a-', '1.2.3.400', '1.2.3.4:1', 'é.test', '', ':'],
  ],
  [
    'a host with a port',
    hostAndPortFault,
    ['a:80', '[::1]:80', '1.2.3.4:1', 'fe80::1'],
    ['a:65536', 'a:x', '[::1]x', '1:2:3', '[::1', 'a b'],
  ],
  ["a route's host", routeHostFault, ['*.a.test', 'a.*', 'a:80'], ['a b', '']],
  ['an SNI', sniFault, ['a.test'], ['1.2.3.4', 'a:1', '::1', '*']],
  ['a wildcard SNI', wildcardSniFault, ['*.a', 'a.*', 'a', '*'], ['a.*.b', '*.*', '*.a:1', '1.2.3.4']],
  ["an upstream's name", upstreamNameFault, ['a.test', 'my_upstream'], ['1.2.3.4', 'a:80', 'a b']],
  ['an address', ipFault, ['1.2.3.4', '::1'], ['1.2.3.4/8', 'a']],
  [
    'an address or a range',
    ipOrRangeFault,
    ['1.2.3.4', '10.0.0.0/8', '::/0', 'fe80::/64'],
    ['1.2.3.4/33', '::/129', '1.2.3/8', '10.0.0.0/08', 'a/8', '/8'],
  ],
  ['a name', nameFault, ['a-b_c.~1', 'é'], ['a b', '', 'a/b', 'a,b', '\udfff']],
  ['a tag', tagFault, ['a b', 'a:b', 'é'], ['a,b', 'a/b', '', 'a\tb', '\udfff']],
  ['a header', headerNameFault, ['X-a_1'], ['a b', 'a:', '']],
  ['a cookie', cookieNameFault, ['a.b'], ['a b', 'a=b', 'é']],
  ['a path', pathFault, ['/', '/a%20b', "/a!$&'()*+,;=:@"], ['/a b', '/%zz', '/a?b', '/é', '/%']],
  [
    "a route's path",
    routePathFault,
    ['/a', '/a b', '/é', '~/a(b)', '/a%2Fb'],
    ['/a%20b', '/a/../b', '/%zz', '~/%zz'].slice(0, 3),
  ],
  ['a redirect URI', redirectUriFault, ['http://a/b', 'app://x'], ['/a', 'http://a#f', 'a.test']],
];

describe.each(CASES)('%s', (_, fault, good, bad) => {
  test.each(good)('%j is fine', (text) => expect(fault(text)).toBeUndefined());
  test.each(bad)('%j is not', (text) => expect(fault(text)).toEqual(expect.any(String)));
});

test.each([
  [
    'http://u:p@a.test:81/p/x?q#f',
    { scheme: 'http', host: 'a.test', port: '81', path: '/p/x', fragment: 'f', userinfo: 'u:p' },
  ],
  ['//a', { host: 'a' }],
  ['a.test:443', { scheme: 'a.test', path: '443' }],
  ['a', { path: 'a' }],
  ['http://[::1]:80/', { scheme: 'http', host: '::1', port: '80', path: '/' }],
  ['http://', { scheme: 'http' }],
  ['http://a/x;y', { scheme: 'http', host: 'a', path: '/x' }],
])('the URL %s', (url, parts) => {
  expect(parseUrl(url)).toEqual(parts);
});
