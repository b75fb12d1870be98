import { beforeAll, describe, expect, it } from '@jest/globals';
import { fromJson, LuaError, tableOf } from '../../../../../../src/emulator/kong/lua/value.js';
import * as crypto from '../../../../../../src/emulator/kong/schema/custom/crypto.js';
import * as host from '../../../../../../src/emulator/kong/schema/custom/host.js';
import { routePath } from '../../../../../../src/emulator/kong/schema/custom/regex.js';
import { pcreProblem } from '../../../../../../src/config/syntax/pcre.js';
import { rustRegexProblem } from '../../../../../../src/config/syntax/rust-regex.js';
import * as text from '../../../../../../src/emulator/kong/schema/custom/text.js';
import {
  normalizePath,
  path,
  redirectUri,
  splitUrl,
  url,
} from '../../../../../../src/emulator/kong/schema/custom/url.js';
import { makeCertificates, type Certificates } from '../../../../../support/certificates.js';

describe('hosts', () => {
  it.each([
    ['a.test', undefined],
    ['a_b-c.test.', undefined],
    ['1.2.3.4', undefined],
    ['::1', undefined],
    ['a.test:80', 'must not have a port'],
    ['[::1]:80', 'must not have a port'],
    ['a:99999', 'must not have a port'],
    ['1.2.3.256', 'invalid value: 1.2.3.256'],
    ['a..b', 'invalid value: a..b'],
    ['a-.b', 'invalid value: a-.b'],
    ['a b', 'invalid value: a b'],
    ['1:2:3', 'invalid value: 1:2:3'],
  ])('%p', (value, problem) => {
    expect(host.host(value)).toBe(problem);
  });

  it('of routes may hold a wildcard, of SNIs one at an end', () => {
    expect([host.routeHost('*.a.test:80'), host.wildcardServerName('*.a.test')]).toEqual([
      undefined,
      undefined,
    ]);
    expect(host.wildcardServerName('a.*.test')).toBe('wildcard must be leftmost or rightmost character');
    expect(host.wildcardServerName('*a*')).toBe('only one wildcard must be specified');
    expect(host.serverName('1.2.3.4')).toBe('must not be an IP');
  });

  it('of targets take a port, names of upstreams neither port nor address', () => {
    expect([host.target('a.test:80'), host.target('[::1]:80')]).toEqual([undefined, undefined]);
    expect(host.target('x:99999')).toBe("Invalid target ('x:99999'); not a valid hostname or ip address");
    expect(host.upstreamName('a:80')).toBe("Invalid name ('a:80'); no port allowed");
    expect(() => host.target('[::1]:')).toThrow(LuaError);
  });

  it('as addresses: single ones, networks, brackets, but no zones', () => {
    for (const good of ['1.2.3.4', '10.0.0.0/8', '::/0', '[::1]', 'fe80::/64'])
      expect(host.ipOrCidr(good)).toBeUndefined();
    for (const bad of ['10.0.0.0/33', '1.2.3', 'fe80::1%eth0', '1.2.3.4/08', 'a']) {
      expect(host.ipOrCidr(bad)).toBe(`invalid ip or cidr range: '${bad}'`);
    }
  });
});

describe('regular expressions', () => {
  it.each([
    '/a(b|c)+$',
    '/(?<id>\\d+)',
    '/[^/]+/x',
    '/a{2,3}?',
    '/[]a]',
    '/\\Q(\\E',
    '/a++',
    '(?i)/a',
    '[[:alpha:]]+',
    '/(a)\\1',
  ])('are taken by PCRE: %p', (regex) => {
    expect(pcreProblem(regex)).toBeUndefined();
  });

  it.each([
    ['/(a', 'missing closing parenthesis in "/(a"'],
    ['/a)', 'unmatched closing parenthesis in "/a)" at ")"'],
    ['/a\\', '\\ at end of pattern in "/a\\"'],
    ['*a', 'quantifier does not follow a repeatable item'],
    ['[z-a]', 'range out of order in character class'],
    ['[a', 'missing terminating ] for character class'],
    ['a{2,1}', 'numbers out of order in {} quantifier'],
    ['a{70000}', 'number too big in {} quantifier'],
    ['(?<x', 'syntax error in subpattern name (missing terminator?)'],
    ['(?<n>a)(?<n>b)', 'two named subpatterns have the same name'],
    ['(?%a)', 'unrecognized character after (? or (?-'],
    ['\\y', 'unrecognized character follows \\'],
    ['\\2', 'reference to non-existent subpattern'],
  ])('are refused by PCRE: %p', (regex, problem) => {
    expect(pcreProblem(regex)).toContain(problem);
  });

  it('of routes must suit a second engine, too', () => {
    for (const good of ['^/a(?P<id>\\d+)$', '^/a\\/b', '^/\\{x\\}', '^/[{}]', '^/a{2}', '^/\\x{41}']) {
      expect(rustRegexProblem(good)).toBeUndefined();
    }
    for (const bad of ['^/a(?=b)', '^/(?P<!a)b', '^/(a)\\1', '^/{id}', '^/(?>a)', '^/\\Ka', '^/(?#c)a']) {
      expect(rustRegexProblem(bad)).toBeDefined();
    }
  });

  it('take linear time, whatever the text', () => {
    const hostile = `${'('.repeat(50_000)}${'[a-'.repeat(50_000)}${'{'.repeat(50_000)}`;
    expect(pcreProblem(hostile)).toBeDefined();
    expect(rustRegexProblem('['.repeat(100_000))).toBeUndefined();
  });
});

describe('paths and URLs', () => {
  it('of routes are normalised already', () => {
    expect(routePath('/a b')).toBeUndefined();
    expect(routePath('/a/../b')).toBe("non-normalized path, consider use '/b' instead");
    expect(routePath('/a%zz')).toBe("invalid url-encoded value: '%zz'");
    expect(routePath('~/a(')).toContain("invalid regex: '/a('");
  });

  it('are normalised as the router does it', () => {
    const cases = {
      '/a/./b': '/a/b',
      '/a/../../b': '/b',
      '/%41%2f': '/A%2F',
      '/a//b': '/a/b',
      '/..': '/',
      './a': 'a',
    };
    for (const [from, to] of Object.entries(cases)) expect(normalizePath(from)).toBe(to);
  });

  it('of services hold only characters of RFC 3986', () => {
    expect([path('/a/b;c=1'), path('/a%20')]).toEqual([undefined, undefined]);
    expect(path('/a b')).toContain('characters outside of the reserved list of RFC 3986 found');
  });

  it('are split as luasocket splits them', () => {
    expect(splitUrl('https://u:p@a.test:8/x;y?z#f')).toEqual({
      scheme: 'https',
      host: 'a.test',
      port: '8',
      path: '/x',
      userinfo: 'u:p',
      fragment: 'f',
    });
    expect(splitUrl('http://[::1]:80')).toMatchObject({ host: '::1', port: '80' });
    expect([url('a.test'), url('//a.test'), url('')]).toEqual([
      'missing host in url',
      'missing scheme in url',
      'could not parse url. invalid url',
    ]);
    expect(redirectUri('http://a.test/#x')).toBe("fragment not allowed in 'http://a.test/#x'");
  });
});

describe('names, tags, headers, cookies', () => {
  it.each([
    [text.utf8Name, 'größe_1.~', 'a/b'],
    [text.tag, 'a b:é', 'a,b'],
    [text.headerName, 'X-A_1', 'x a'],
    [text.cookieName, 'a-b', 'a=b'],
  ])('', (check, good, bad) => {
    expect(check(good)).toBeUndefined();
    expect(check(bad)).toBeDefined();
    expect(check('\udfff')).toBeDefined();
  });
});

describe('certificates and keys', () => {
  let made: Certificates;
  beforeAll(async () => {
    made = await makeCertificates();
  });

  it('are read, and matched with each other', () => {
    const { server, client } = made;
    expect([crypto.certificate(server.cert), crypto.key(server.key)]).toEqual([undefined, undefined]);
    expect(crypto.certificate('x')).toContain('invalid certificate: ');
    expect(crypto.key(server.cert)).toContain('invalid key: ');
    expect(crypto.keyMatches(server.cert, server.key, 'certificate')).toBeUndefined();
    expect(crypto.keyMatches(server.cert, client.key, 'certificate')).toBe('certificate does not match key');
    expect(crypto.certificatesDiffer(server.cert, client.cert)).toContain('need to have different type');
  });

  it('of a CA must be one', () => {
    expect(crypto.caCertificate(made.ca)).toBeUndefined();
    expect(crypto.caCertificate(made.server.cert)).toContain('does not appear to be a CA');
    expect(crypto.caCertificate(made.ca + made.ca)).toBe('please submit only one certificate at a time');
  });

  it('as JWK carry the key’s own id and nothing unknown', () => {
    const jwk = { kid: 'k1', kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' };
    const check = (value: unknown, kid = 'k1'): unknown =>
      crypto.keyEntity(
        tableOf(fromJson({ kid, jwk: typeof value === 'string' ? value : JSON.stringify(value) })),
      );
    expect(check(jwk)).toBeUndefined();
    expect(check(jwk, 'k2')).toBe('kid in jwk.kid must be equal to keys.kid');
    expect(check({ ...jwk, x: 'bad' })).toBe('could not load JWK, likely not a valid key');
    expect(check({ ...jwk, foo: 1, use: 2 })).toBe(
      'Validation error: foo: unknown field; use: expected a string',
    );
    expect(check('not json')).toBe('could not json decode jwk string');
    expect(() => check('123')).toThrow(LuaError);
  });
});
