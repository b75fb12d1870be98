// Texts that mean harm, by name. Each is valid or not: what counts is that it is answered soon.
const HEAD = '_format_version: "3.0"\n';
const MEGABYTE = 1024 * 1024;

const many = (count, item) => Array.from({ length: count }, (_, at) => item(at)).join(',');
const lines = (count, line) => Array.from({ length: count }, (_, at) => line(at)).join('\n');
const yaml = (body) => () => ({ text: HEAD + body() });
const raw = (make) => () => ({ text: make() });
const service = (field, value) => yaml(() => `services: [{name: a, host: h, ${field}: ${value()}}]`);
const route = (field, value) => yaml(() => `routes: [{name: a, hosts: [h], ${field}: ${value()}}]`);
const plugin = (name, config) => yaml(() => `plugins: [{name: ${name}, config: ${config()}}]`);
const quoted = (text) => JSON.stringify(text);

const bomb = (levels) =>
  `a0: &a0 [x,x,x,x,x,x,x,x,x]\n${lines(levels, (at) => `a${at + 1}: &a${at + 1} [${many(9, () => `*a${at}`)}]`)}`;
const mergeBomb = (levels) =>
  `a0: &a0 {x: 1}\n${lines(levels, (at) => `a${at + 1}: &a${at + 1} {<<: [${many(9, () => `*a${at}`)}], k${at}: ${at}}`)}`;

/** Texts that regular expressions are known to stumble over. */
const STUMBLES = {
  'many a': 'a'.repeat(300_000),
  'many a and an end': `${'a'.repeat(300_000)}!`,
  'many dots': '.'.repeat(300_000),
  'many slashes': '/'.repeat(300_000),
  'many colons': ':'.repeat(300_000),
  'many percents': '%'.repeat(300_000),
  'many dashes': '-'.repeat(300_000),
  'many stars': '*'.repeat(300_000),
  'many hashes': '#'.repeat(300_000),
  'many questions': '?;'.repeat(150_000),
  'many brackets': '['.repeat(300_000),
  'many parentheses': '('.repeat(300_000),
  'many pairs': '()'.repeat(150_000),
  'many digits': '1'.repeat(300_000),
  'many underscores': `0${'_'.repeat(300_000)}x`,
  'many sixties': `1${':1'.repeat(150_000)}x`,
  'many spaces': `x${' '.repeat(300_000)}x`,
  'many tabs': `x${'\t'.repeat(300_000)}x`,
  'many dollars': '$('.repeat(150_000),
  'many at signs': `http://${'@'.repeat(300_000)}`,
  'many labels': 'a.'.repeat(150_000),
  'many vaults': '{vault://'.repeat(30_000),
  'many beginnings': '-----BEGIN '.repeat(30_000),
  'many lua': 'if x then '.repeat(30_000),
};

const FIELDS = {
  'service name': (text) => service('name', () => text),
  'service host': (text) => service('host', () => text),
  'service path': (text) => service('path', () => text),
  'service url': (text) => service('url', () => text),
  'service tag': (text) => service('tags', () => `[${text}]`),
  'route path': (text) => route('paths', () => `[${text}]`),
  'route regex': (text) => route('paths', () => `[${text.replace('"', '"~/')}]`),
  'route host': (text) => route('hosts', () => `[${text}]`),
  'route sni': (text) => route('snis', () => `[${text}]`),
  'route header': (text) => route('headers', () => `{${text}: [${text.replace('"', '"~*')}]}`),
  'route source': (text) => route('protocols', () => `[tcp], sources: [{ip: ${text}}]`),
  'route method': (text) => route('methods', () => `[${text}]`),
  'upstream name': (text) => yaml(() => `upstreams: [{name: ${text}, hash_on_cookie: ${text}}]`),
  target: (text) => yaml(() => `upstreams: [{name: u, targets: [{target: ${text}}]}]`),
  certificate: (text) => yaml(() => `certificates: [{cert: ${text}, key: ${text}}]`),
  'ca certificate': (text) => yaml(() => `ca_certificates: [{cert: ${text}}]`),
  key: (text) => yaml(() => `keys: [{kid: ${text}, jwk: ${text}, pem: {private_key: ${text}}}]`),
  vault: (text) => yaml(() => `vaults: [{name: env, prefix: ${text}, config: {prefix: ${text}}}]`),
  'redirect uri': (text) =>
    yaml(() => `consumers: [{username: a, oauth2_credentials: [{name: n, redirect_uris: [${text}]}]}]`),
  'jwt secret': (text) =>
    yaml(() => `consumers: [{username: a, jwt_secrets: [{algorithm: RS256, rsa_public_key: ${text}}]}]`),
  'plugin name': (text) => yaml(() => `plugins: [{name: ${text}}]`),
  'plugin instance': (text) => yaml(() => `plugins: [{name: cors, instance_name: ${text}}]`),
  'cors origin': (text) => plugin('cors', () => `{origins: [${text}]}`),
  transformer: (text) =>
    plugin(
      'request-transformer',
      () => `{add: {headers: [${text}], body: [${text}]}, rename: {headers: [${text}]}}`,
    ),
  function: (text) => plugin('pre-function', () => `{access: [${text}]}`),
  'log endpoint': (text) => plugin('http-log', () => `{http_endpoint: ${text}, headers: {${text}: x}}`),
  'ip restriction': (text) => plugin('ip-restriction', () => `{allow: [${text}]}`),
  'bot detection': (text) => plugin('bot-detection', () => `{allow: [${text}]}`),
  'vault reference': (text) =>
    plugin(
      'rate-limiting',
      () => `{minute: 1, redis: {password: ${text.replace('"', '"{vault://').replace(/"$/, '}"')}}}`,
    ),
  reference: (text) => yaml(() => `plugins: [{name: cors, service: ${text}, route: {id: ${text}}}]`),
  'unknown field': (text) => service(text, () => '1'),
  'unknown key': (text) => yaml(() => `${text}: 1`),
  plain: (text) => yaml(() => `x: ${JSON.parse(text)}`),
  'format version': (text) => raw(() => `_format_version: ${text}`),
  'old path': (text) => raw(() => `_format_version: "1.1"\nroutes: [{name: r, paths: [${text}]}]`),
};

const STRUCTURES = {
  'an alias bomb': yaml(() => bomb(12)),
  'an alias bomb in a list': yaml(() => `x: &x [1]\ny: [${many(300_000, () => '*x')}]`),
  'a merge bomb': yaml(() => mergeBomb(12)),
  'merges of a large mapping': yaml(
    () => `x: &x {${many(1000, (at) => `k${at}: ${at}`)}}\ny: [${many(50_000, () => '{<<: *x}')}]`,
  ),
  'aliased entities': yaml(
    () => `_ignore: [&s {prt: 1, host: 5, tags: [1,2,3]}]\nservices: [${many(100_000, () => '*s')}]`,
  ),
  'aliased deep entities': yaml(
    () =>
      `_ignore: [&p [${many(100, () => '{name: cors}')}], &r [${many(100, () => '{plugins: *p}')}]]\nservices: [${many(100, () => '{routes: *r}')}]`,
  ),
  'unfinished anchors': yaml(() => lines(200_000, (at) => `a${at}: &a${at}`)),
  'deep lists': yaml(() => `x: ${'['.repeat(100_000)}`),
  'deep closed lists': yaml(() => `x: ${'['.repeat(2000)}${']'.repeat(2000)}`),
  'deep mappings': yaml(() => `x: ${'{a: '.repeat(2000)}1${'}'.repeat(2000)}`),
  'deep block lists': yaml(() => `x:\n${'- '.repeat(100_000)}`),
  'deep block lists, as deep as Kong goes': yaml(() => `x:\n ${'- '.repeat(2000)}1`),
  'deep block mappings': yaml(() => `x:\n${lines(1500, (at) => `${' '.repeat(at + 1)}a:`)}`),
  'deep questions': yaml(() => `x:\n ${'? '.repeat(2000)}1`),
  'deep questions in brackets': yaml(() => `x: ${'[? '.repeat(2000)}`),
  'deep pairs in brackets': yaml(() => `x: ${'[a: '.repeat(1500)}1${']'.repeat(1500)}`),
  'deep keys in braces': yaml(() => `x: ${'{'.repeat(1500)}1${'}: 1'.repeat(1500)}`),
  'deep entities': yaml(() => `services: ${'[{routes: '.repeat(900)}[]${'}]'.repeat(900)}`),
  'deep JSON': raw(() => `{"_format_version":"3.0","x":${'['.repeat(1_000_000)}`),
  'deep JSON, closed': raw(() => `{"_format_version":"3.0","x":${'['.repeat(2000)}${']'.repeat(2000)}}`),
  'deep config': plugin('mine', () => `${'{a: '.repeat(1990)}1${'}'.repeat(1990)}`),
  'deep config of a schema': plugin(
    'opentelemetry',
    () => `{queue: ${'{queue: '.repeat(1980)}1${'}'.repeat(1981)}`,
  ),
  'pairs in brackets': yaml(() => `x: [${many(200_000, (at) => `a${at}: 1`)}]`),
  'empty questions': yaml(() => `x: {${many(200_000, () => '?')}}`),
  'number keys': yaml(() => `x: {${many(200_000, (at) => `${at + 1}: 1`)}}`),
  'odd keys': yaml(() => `services: [{host: h, ${many(200_000, (at) => `${at}.5: 1`)}}]`),
  'mappings as keys': yaml(() => `x: {${many(100_000, (at) => `{a: ${at}}: 1`)}}`),
  documents: yaml(() => lines(200_000, () => '---\nx: 1')),
  tags: yaml(() => `x: [${many(100_000, () => '!!int 1')}]`),
  'tag directives': raw(
    () =>
      `${lines(5000, (at) => `%TAG !t${at}! tag:x,2000:`)}\n---\nx: [${many(20_000, () => '!t4999!a 1')}]`,
  ),
  comments: yaml(() => lines(500_000, () => '#')),
  'blank lines': yaml(() => '\n'.repeat(MEGABYTE)),
  'carriage returns': yaml(() => 'x: 1\r'.repeat(MEGABYTE / 8)),
  'one folded text': yaml(() => `x: "${'\n'.repeat(MEGABYTE)}"`),
  'one plain text over many lines': yaml(() => `x: a\n${lines(300_000, () => ' a')}`),
  'one block text': yaml(() => `x: |\n${lines(300_000, () => ' a')}`),
  escapes: yaml(() => `x: "${'\\x41'.repeat(300_000)}"`),
  'an open quote': yaml(() => `x: "${'a\n '.repeat(300_000)}`),
  'open quotes': yaml(() => lines(20_000, () => `x: ['`)),
  'brackets below their key': yaml(() => lines(50_000, (at) => `k${at}: [\n1\n]`)),
  tabs: yaml(() => lines(100_000, (at) => `k${at}: {\n\t\ta: 1}`)),
  'tabs in brackets': yaml(() => `x: [\n${lines(100_000, () => '\t\t1,')}\n]`),
  'hashes in brackets': yaml(() => `x: [${'a#'.repeat(200_000)}]`),
  'many brackets and a tab': yaml(() => `x:\n\t- 1\n${'[a#]\n'.repeat(50_000)}`),
  'a large text': raw(() => `${HEAD}x: "${'a'.repeat(31 * MEGABYTE)}"`),
  'over the limit': raw(() => `${HEAD}${'a'.repeat(33 * MEGABYTE)}`),
  'a large number': yaml(() => `x: ${'9'.repeat(1_000_000)}`),
  'a large number in JSON': raw(() => `{"_format_version":"3.0","x":${'9'.repeat(1_000_000)}}`),
  'a large exponent': raw(() => '{"_format_version":"3.0","x":1e999999999}'),
  NUL: raw(() => Buffer.from(`${HEAD}x: "\0"`)),
  'many NULs': raw(() => Buffer.alloc(MEGABYTE)),
  'not UTF-8': raw(() => Buffer.alloc(16 * MEGABYTE, 0xff)),
  'not UTF-8 in JSON': raw(() =>
    Buffer.concat([
      Buffer.from('{"_format_version":"3.0","x":["'),
      Buffer.alloc(4 * MEGABYTE, 0x80),
      Buffer.from('"]}'),
    ]),
  ),
  'not UTF-8 in each of many texts': raw(() =>
    Buffer.from(`{"_format_version":"3.0","x":[${many(300_000, () => '"\u00ff"')}]}`, 'latin1'),
  ),
  'UTF-16': raw(() => Buffer.from(`\ufeff${HEAD}${lines(200_000, (at) => `k${at}: 1`)}`, 'utf16le')),
  'lone surrogates': raw(() => `${HEAD}x: "${'\ud800'.repeat(300_000)}"`),
  'lone surrogates, escaped': raw(() => `{"_format_version":"3.0","x":"${'\\ud800'.repeat(300_000)}"}`),
  'surrogates, escaped': raw(() => `{"_format_version":"3.0","x":"${'\\ud83d\\ude00'.repeat(150_000)}"}`),
  prototypes: raw(
    () =>
      `{"_format_version":"3.0","services":[${many(100_000, () => '{"__proto__":{"x":1},"constructor":1}')}]}`,
  ),
  'a list of wrong items': yaml(() => `routes: [{paths: [${many(300_000, () => '1')}]}]`),
  'a list of wrong texts': yaml(() => `services: [{host: h, tags: [${many(300_000, () => '","')}]}]`),
  'a list of empty records': yaml(
    () => `routes: [{protocols: [tcp], sources: [${many(300_000, () => '{}')}]}]`,
  ),
  'unknown fields': yaml(() => `services: [{host: h, ${many(100_000, (at) => `f${at}: 1`)}}]`),
  'unknown keys at the top': yaml(() => lines(50_000, (at) => `k${at}: 1`)),
  'wrong entities': yaml(() => `services: [${many(100_000, () => '{}')}]`),
  'wrong services in JSON': raw(() => `{"_format_version":"3.0","services":[${many(300_000, () => '{}')}]}`),
  'entities with wrong fields': yaml(() => `services: [${many(50_000, () => '{hsot: a, prot: b, prt: 1}')}]`),
  'plugins with wrong configs': yaml(
    () => `plugins: [${many(30_000, () => '{name: rate-limiting, config: {minut: 1, polciy: 2}}')}]`,
  ),
  'unknown plugins': yaml(() => `plugins: [${many(100_000, (at) => `{name: rate-limitin${at}}`)}]`),
  'no entities': yaml(() => `services: [${many(300_000, () => '1')}]`),
  'the same name again and again': yaml(() => `consumers: [${many(50_000, () => '{username: a}')}]`),
  'the same key again and again': yaml(() => `plugins: [${many(50_000, () => '{name: cors}')}]`),
  'references to nothing': yaml(
    () =>
      `plugins: [${many(20_000, (at) => `{name: cors, service: s${at}}`)}]\nservices: [${many(2000, (at) => `{name: t${at}, host: h}`)}]`,
  ),
  'ids of nothing': yaml(
    () =>
      `plugins: [${many(50_000, () => '{name: cors, service: {id: 5d3bd3a1-0f4c-4a0e-9f38-6b0f6a9b1c55}}')}]`,
  ),
  headers: yaml(() => `routes: [{headers: {${many(100_000, (at) => `"a b${at}": []`)}}}]`),
  'duplicate keys': yaml(() => `x: {${many(100_000, () => 'a: 1')}}`),
  'duplicate keys, all at the top': yaml(() => lines(200_000, () => 'services: []')),
  surprises: yaml(() => `x: [${many(100_000, () => 'on')}]`),
  placeholders: yaml(
    () => `consumers: [${many(20_000, (at) => `{username: 'u${at}', tags: ['\${{ x }}']}`)}]`,
  ),
  'deep placeholders': yaml(() => `x: ${'['.repeat(1990)}'\${{ x }}'${']'.repeat(1990)}`),
  'many schema records': plugin(
    'zipkin',
    () => `{http_endpoint: "http://a", static_tags: [${many(100_000, () => '{name: a, value: b}')}]}`,
  ),
  'many limits': plugin(
    'response-ratelimiting',
    () => `{limits: {${many(100_000, (at) => `l${at}: {minute: 1, second: 2}`)}}}`,
  ),
  'many functions': plugin('pre-function', () => `{access: [${many(50_000, () => '"return 1"')}]}`),
  'many templates': plugin(
    'request-transformer',
    () => `{add: {querystring: [${many(50_000, () => '"a:$(x)"')}]}}`,
  ),
  'many regexes': yaml(() => `routes: [{paths: [${many(50_000, (at) => `"~/(a+)+${at}$"`)}]}]`),
  'wrong regexes': yaml(() => `routes: [{paths: [${many(50_000, (at) => `"~/(${at}"`)}]}]`),
  'a regex of many groups': yaml(() => `routes: [{paths: ["~/${'(a|b)*'.repeat(20_000)}"]}]`),
  'a regex of many repetitions': yaml(() => `routes: [{paths: ["~/${'(a{1,100}){1,100}'.repeat(1000)}"]}]`),
  'a regex of nested repetitions': yaml(
    () => `routes: [{paths: ["~/${'('.repeat(500)}a${'{1,9})'.repeat(500)}"]}]`,
  ),
  'a regex of many classes': yaml(() => `routes: [{paths: ["~/${'[a-z\\\\d]'.repeat(20_000)}"]}]`),
  'decK expressions': () => ({
    text: `${HEAD}x: [${many(50_000, () => `'\${{ env "DECK_X" }}'`)}]`,
    deck: true,
  }),
  'decK expressions that fail': () => ({
    text: `${HEAD}x: [${many(50_000, () => `'\${{ env "X" }}'`)}]`,
    deck: true,
  }),
  'decK openings': () => ({ text: `${HEAD}x: '${'${{'.repeat(200_000)}'`, deck: true }),
  'decK pipes': () => ({ text: `${HEAD}x: '\${{ env "DECK_X" ${'| '.repeat(100_000)}}}'`, deck: true }),
  'decK spaces': () => ({ text: `${HEAD}x: '\${{ env ${' '.repeat(300_000)}}}'`, deck: true }),
  'decK plugin configs': () => ({
    text: `${HEAD}_plugin_configs: {c: {a: ${'x'.repeat(10_000)}}}\nplugins: [${many(50_000, () => '{name: cors, _config: c}')}]`,
    deck: true,
  }),
  'many documents': () => ({
    text: Array.from(
      { length: 5000 },
      (_, at) =>
        `${HEAD}services: [{name: s${at}, prt: 1}]\nconsumers: [{username: same, custom_id: "${at}"}]`,
    ),
  }),
};

export const HOSTILE = {
  ...STRUCTURES,
  ...Object.fromEntries(
    Object.entries(FIELDS).flatMap(([field, make]) =>
      Object.entries(STUMBLES).map(([stumble, text]) => [`${field}: ${stumble}`, make(quoted(text))]),
    ),
  ),
};
