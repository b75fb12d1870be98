// Valid configurations, spoiled in every way one can think of, and what must hold for each: for test/unit/config/mutations.test.ts
// and scripts/fuzz-config.mjs. The compiler is a parameter: the one takes it from src, the other from dist.
import fc from 'fast-check';

const ID = '5d3bd3a1-0f4c-4a0e-9f38-6b0f6a9b1c55';

/** One of everything, so that a mutation may hit anything. */
export const VALID = {
  _format_version: '3.0',
  _transform: true,
  services: [
    {
      name: 'shop',
      url: 'http://shop.example.test:8080/api',
      tags: ['a', 'b'],
      routes: [
        {
          name: 'shop-route',
          paths: ['/shop', '~/things/(?<id>\\d+)$'],
          methods: ['GET'],
          headers: { 'x-version': ['1', '2'] },
          protocols: ['http', 'https'],
          plugins: [{ name: 'rate-limiting', config: { minute: 5, policy: 'local' } }],
        },
      ],
    },
    { id: ID, name: 'tcp', host: '10.0.0.1', port: 9000, protocol: 'tcp', retries: 0, enabled: false },
  ],
  routes: [
    { name: 'stream', protocols: ['tcp'], sources: [{ ip: '10.0.0.0/8', port: 80 }], service: 'tcp' },
    { name: 'by-id', hosts: ['*.example.test'], service: { id: ID } },
  ],
  consumers: [
    {
      username: 'ann',
      custom_id: '1',
      keyauth_credentials: [{ key: 'k' }],
      basicauth_credentials: [{ username: 'ann', password: 'p' }],
      acls: [{ group: 'g' }],
    },
  ],
  plugins: [
    { name: 'cors', route: 'stream', config: { origins: ['*'], max_age: 60 } },
    { name: 'request-transformer', consumer: 'ann', config: { add: { headers: ['x:1'] } } },
    { name: 'mine', config: { any: [1, null, { deep: true }] } },
  ],
  upstreams: [
    {
      name: 'up.example.test',
      hash_on: 'header',
      hash_on_header: 'x-a',
      healthchecks: { active: { http_path: '/ok', timeout: 1.5 } },
      targets: [{ target: 'a.example.test:80', weight: 10 }],
    },
  ],
  vaults: [{ name: 'env', prefix: 'my-env', config: { prefix: 'kong_' } }],
};

const isCollection = (value) => typeof value === 'object' && value !== null;

/** Paths of every value, the root's among them. */
function pathsOf(value, path = []) {
  const children = isCollection(value) ? Object.entries(value) : [];
  return [path, ...children.flatMap(([key, child]) => pathsOf(child, [...path, key]))];
}

const WORDS = [
  '',
  ' ',
  'a',
  '~',
  '~(',
  '/',
  '//',
  '/a/../b',
  '*',
  '*.a',
  'a b',
  '{vault://env/x}',
  '\u0000',
  '\u00e9',
  '\ud83d\ude00',
  '\u2028',
  '10.0.0.1',
  '::1',
  'http://',
  'http://a:99999/',
  '-1',
  '0',
  'on',
  'null',
  '0x1f',
  '1:30',
  '1e999',
  '---',
  '- a',
  'a: b',
  '"',
  "'",
  '#',
  '__proto__',
  'constructor',
  'toString',
  'name',
  'id',
  'config',
  'services',
  'routes',
  'plugins',
  'tags',
  '<<',
  ID,
  'tcp',
  'https',
  'ann',
  'shop',
];
const word = fc.constantFrom(...WORDS);
const number = fc.constantFrom(0, 1, -1, 0.5, 80, 65_536, 2 ** 31, 2 ** 53, 1e21, 1e308, 5e-324);
const leaf = fc.oneof(word, number, fc.constant(null), fc.boolean(), fc.string({ maxLength: 8 }));
const anything = fc.oneof(
  { weight: 4, arbitrary: leaf },
  fc.array(leaf, { maxLength: 3 }),
  fc.dictionary(word, leaf, { maxKeys: 3 }),
  fc.constantFrom([], {}, [[]], [{}], [null], { 1: 'a' }),
);
const place = fc.nat({ max: 10_000 });

const mutation = fc.oneof(
  fc.record({ kind: fc.constant('set'), at: place, value: anything }),
  fc.record({ kind: fc.constant('add'), at: place, key: word, value: anything }),
  fc.record({ kind: fc.constant('remove'), at: place }),
  fc.record({ kind: fc.constant('rename'), at: place, key: word }),
  fc.record({ kind: fc.constant('wrap'), at: place, list: fc.boolean() }),
  fc.record({ kind: fc.constant('copy'), at: place, to: place }),
  fc.record({ kind: fc.constant('repeat'), at: place }),
);

const define = (target, key, value) =>
  Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });

/** A copy of the value with another child. */
function withChild(value, key, child) {
  if (!Array.isArray(value)) return define({ ...value }, key, child);
  const copy = [...value];
  copy[key] = child;
  return copy;
}

function without(value, key) {
  if (Array.isArray(value)) return value.filter((_, at) => String(at) !== key);
  return Object.fromEntries(Object.entries(value).filter(([other]) => other !== key));
}

const valueAt = (value, path) => path.reduce((outer, key) => outer[key], value);
const replaceAt = (value, [key, ...rest], make) =>
  key === undefined ? make(value) : withChild(value, key, replaceAt(value[key], rest, make));

function mutate(config, step) {
  const paths = pathsOf(config);
  const path = paths[step.at % paths.length];
  const last = path.at(-1);
  const change = (make) => replaceAt(config, path, make);
  const changeParent = (make) => (last === undefined ? config : replaceAt(config, path.slice(0, -1), make));
  switch (step.kind) {
    case 'set':
      return change(() => step.value);
    case 'add':
      return change((value) => {
        if (Array.isArray(value)) return [...value, step.value];
        return isCollection(value) ? define({ ...value }, step.key, step.value) : value;
      });
    case 'remove':
      return changeParent((parent) => without(parent, last));
    case 'rename':
      return changeParent((parent) =>
        Array.isArray(parent) ? parent : define(without(parent, last), step.key, parent[last]),
      );
    case 'wrap':
      return change((value) => (step.list ? [value] : { a: value }));
    case 'copy':
      return change(() => valueAt(config, paths[step.to % paths.length]));
    default:
      return changeParent((parent) => (Array.isArray(parent) ? [...parent, parent[last]] : parent));
  }
}

/** A value like the valid one, but for a few changes. */
export const mutatedValue = fc
  .array(mutation, { minLength: 1, maxLength: 4 })
  .map((steps) => steps.reduce(mutate, VALID));

const SYNTAX = [
  ':',
  ': ',
  '-',
  '- ',
  '?',
  '? ',
  '[',
  ']',
  '{',
  '}',
  ',',
  '#',
  ' #',
  '&a ',
  '*a',
  '!!int ',
  '!x ',
  '|',
  '>',
  "'",
  '"',
  '\\',
  '\n',
  '\n\n',
  '\t',
  ' ',
  '  ',
  '\r',
  '%',
  '%YAML 1.2\n',
  '---\n',
  '...\n',
  '<<: ',
  '~',
  '\u0000',
  '\ufeff',
  '\u0085',
  '\u2028',
  '\ud800',
  '${{ x }}',
  '0',
  'on',
  '.inf',
];
const edit = fc.record({
  at: fc.nat({ max: 100_000 }),
  remove: fc.oneof({ weight: 3, arbitrary: fc.nat({ max: 3 }) }, fc.nat({ max: 40 })),
  insert: fc.oneof(fc.constantFrom('', ...SYNTAX), fc.string({ maxLength: 4 })),
});

const edited = (text, edits) =>
  edits.reduce((out, { at, remove, insert }) => {
    const from = at % (out.length + 1);
    return out.slice(0, from) + insert + out.slice(from + remove);
  }, text);

/** YAML in block style; every text in double quotes, in which JSON's escapes are YAML's. */
export function toYaml(value, indent = '') {
  if (!isCollection(value) || Object.keys(value).length === 0) return ` ${scalar(value)}\n`;
  const inner = `${indent}  `;
  const lines = Array.isArray(value)
    ? value.map((item) => `${indent}-${toYaml(item, inner)}`)
    : Object.entries(value).map(([key, item]) => `${indent}${scalar(key)}:${toYaml(item, inner)}`);
  return `\n${lines.join('')}`;
}

/** YAML allows a few characters only as escapes. */
const scalar = (value) =>
  JSON.stringify(value).replace(
    /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

const PLAIN_YAML = toYaml(VALID).replace(/"([a-z_][a-z_-]*)"/g, '$1');
const COMPACT = JSON.stringify(VALID, undefined, 1);

/** The valid configuration's text, but for a few characters. */
export const mutatedText = fc
  .tuple(fc.constantFrom(PLAIN_YAML, toYaml(VALID), COMPACT), fc.array(edit, { minLength: 1, maxLength: 4 }))
  .map(([text, edits]) => edited(text, edits));

/** The valid configuration's bytes, but for a few. */
export const mutatedBytes = fc
  .tuple(
    fc.constantFrom(PLAIN_YAML, COMPACT),
    fc.array(fc.tuple(fc.nat({ max: 100_000 }), fc.nat({ max: 255 })), { minLength: 1, maxLength: 4 }),
  )
  .map(([text, changes]) => {
    const bytes = Buffer.from(text);
    for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
    return new Uint8Array(bytes);
  });

const LINE_BREAK = /\r\n|[\n\r\x85\u2028\u2029]/;

function linesOf(text) {
  if (typeof text === 'string') return text.replace(/^\ufeff/, '').split(LINE_BREAK);
  const utf16 = { '255,254': 'utf-16le', '254,255': 'utf-16be' }[text.slice(0, 2).toString()];
  return new TextDecoder(utf16).decode(text).split(LINE_BREAK);
}

/** Throws an Error that says what does not hold of a text. */
export function checkText(compiler, text) {
  const sources = [{ file: 'kong.yaml', text }];
  const { valid, findings, revision } = compiler().compile(sources);
  const expect = (holds, what) => {
    if (!holds) throw new Error(what);
  };
  expect(findings.length <= 1001, 'too many findings');
  const errors = findings.filter(({ severity }) => severity === 'error');
  expect(valid === (errors.length === 0), 'valid means: no errors');
  expect(valid === (revision !== undefined), 'a revision, exactly when valid');
  checkPlaces(findings, linesOf(text), expect);
  if (revision === undefined) return { valid };
  const again = compiler().compile([{ file: 'sealed.json', text: revision.bytes }]);
  expect(again.valid, `sealed, it is refused: ${again.findings[0]?.message}`);
  expect(again.revision?.id === revision.id, 'sealed again, it is another');
  return { valid };
}

function checkPlaces(findings, lines, expect) {
  for (const { line, column, endLine = line, endColumn = column, message, code } of findings) {
    expect(message !== '', 'a finding without words');
    if (line === undefined) continue;
    const shown = `${line}:${column}-${endLine}:${endColumn} (${code})`;
    expect(line >= 1 && column >= 1 && line <= lines.length, `outside of the text: ${shown}`);
    expect(column <= lines[line - 1].length + 1, `beyond its line: ${shown}`);
    expect(endLine <= lines.length && endColumn <= lines[endLine - 1].length + 1, `ends outside: ${shown}`);
    expect(endLine > line || (endLine === line && endColumn >= column), `ends before it begins: ${shown}`);
  }
}

/** Throws when a value as JSON and as YAML is not the same for the compiler. */
export function checkValue(compiler, value) {
  const json = JSON.stringify(value);
  checkText(compiler, json);
  // In YAML, Kong ends a text at a NUL, and merges what is below '<<', even in quotes.
  if (json.includes('\\u0000') || json.includes('"<<"')) return;
  const verdictOf = (text) => {
    const { valid, findings, revision } = compiler().compile([{ file: 'kong.yaml', text }]);
    const said = findings.map(({ severity, code, path }) => `${severity} ${code} ${path ?? ''}`).sort();
    return JSON.stringify({ valid, id: revision?.id, said });
  };
  const one = verdictOf(json);
  const other = verdictOf(toYaml(value));
  if (one !== other) throw new Error(`as JSON: ${one}\nas YAML: ${other}`);
}
