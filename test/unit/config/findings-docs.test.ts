import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { createCompiler } from '../../../src/config/compile.js';
import type { CompilerOptions } from '../../../src/config/compile.js';
import { formatFinding } from '../../../src/config/finding.js';
import type { Finding } from '../../../src/config/finding.js';
import { OPTIONS, compile } from './compile-text.js';

const root = join(import.meta.dirname, '../../..');
const DOCS = readFileSync(join(root, 'docs/findings.md'), 'utf8');
const documented = Array.from(DOCS.matchAll(/^- \*\*`([^`]+)`\*\*/gm), ([, code]) => code);

test('docs/findings.md has every code that the configuration room can give, once, and no other', () => {
  expect(documented.toSorted()).toEqual(Array.from(codesInSource()).toSorted());
});

function codesInSource(): Set<string> {
  const folder = join(root, 'src/config');
  const read = (file: string): string => readFileSync(join(folder, file), 'utf8');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !/^(?:parse|schema.generated)[\\/]/.test(file),
  );
  const written = files
    .map(read)
    .flatMap((source) => [
      ...Array.from(source.matchAll(/\bcode(?::| =(?!=))([^,;\n]*)/g), ([, value = '']) => value),
      ...Array.from(source.matchAll(/\berror\(\s*('[^']*')/g), ([, value = '']) => value),
    ])
    .flatMap((value) =>
      Array.from(value.matchAll(/'([a-z]+(?:[-.][a-z0-9.]+)*)'/g), ([, code = '']) => code),
    );
  const [, readFailures = ''] = /ReadFailureCode =([^;]*);/.exec(read('parse/result.ts')) ?? [];
  const unreadable = Array.from(readFailures.matchAll(/'([^']+)'/g), ([, code = '']) => `text-${code}`);
  expect(unreadable.length).toBeGreaterThan(0);
  return new Set([...written, ...unreadable]);
}

const HEAD = '_format_version: "3.0"\n';
const of = (text: string, options: Partial<CompilerOptions> = {}): Finding[] =>
  compile(HEAD + text, options).findings.slice();

const OLD = { version: '3.0', fields: new Map(), plugins: new Map() };

/** How to come by each finding; the docs show the line that it makes. */
const EXAMPLES: Readonly<Record<string, () => readonly Finding[]>> = {
  'text-too-large': () => of(' '.repeat(32 * 1024 * 1024)),
  'text-encoding': () => findingsIn(Buffer.from([0x61, 0xff])),
  'text-too-deep': () => of(`_ignore: ${'['.repeat(3000)}`),
  'text-alias-expansion': () =>
    of('_ignore: [&a [xxxxxxxx, xxxxxxxx], *a, *a, *a]', { limits: { maxExpansion: 50 } }),
  'text-syntax': () => of('services: [{host: a}'),
  'text-number': () => of('services: [{host: a, retries: .inf}]'),
  'odd-key': () => of('services: [{host: a, on: b}]'),
  'no-sources': () => compile({}).findings,
  'not-a-config': () => compile('- services\n').findings,
  'format-version': () => compile('_format_version: 3.0\n').findings,
  'not-a-list': () => of('services: {name: a}'),
  'not-an-entity': () => of('services: [a]'),
  'unknown-field': () => of('services: [{host: a, prot: 80}]'),
  'missing-field': () => of('services: [{name: a}]'),
  'wrong-type': () => of('services: [{name: a, host: b, port: "80"}]'),
  'out-of-range': () => of('services: [{name: a, host: b, port: 99999}]'),
  'not-allowed': () => of('services: [{name: a, host: b, protocol: htp}]'),
  'bad-value': () => of('services: [{name: a, host: "b:80"}]'),
  'bad-key': () => of('routes: [{name: r, paths: [/r], headers: {"x y": [z]}}]'),
  check: () => of('routes: [{name: r, protocols: [tcp]}]'),
  duplicate: () => of('services: [{name: a, host: b}, {name: a, host: c}]'),
  conflict: () =>
    compile({
      'a.yaml': `${HEAD}services: [{name: a, host: b}]`,
      'b.yaml': `${HEAD}services: [{name: a, host: c}]`,
    }).findings,
  'dangling-reference': () =>
    of('services: [{name: shop, host: b}]\nroutes: [{name: r, paths: [/r], service: shp}]'),
  'bad-reference': () =>
    of('services: [{name: a, host: b}]\nroutes: [{name: r, paths: [/r], service: {name: a}}]'),
  deck: () => of('_konnect: {}\nservices: [{name: a, host: b}]', { deck: true }),
  'deck-template': () => of('services: [{name: a, host: \'${{ env "DECK_HOST" }}\'}]', { deck: true }),
  'kong-refusal': () => {
    const { compile: once, explain } = createCompiler(OPTIONS);
    const { revision } = once([{ file: 'kong.yaml', text: `${HEAD}plugins: [{name: mine}]` }]);
    const item = {
      entity_type: 'plugin',
      entity_name: 'mine',
      entity: { name: 'mine' },
      errors: [{ type: 'field', field: 'name', message: "plugin 'mine' not enabled" }],
    };
    return explain(revision?.id ?? '', JSON.stringify({ flattened_errors: [item] }));
  },
  'no-entities': () => of(''),
  'second-document': () => of('services: [{host: a}]\n---\nroutes: []'),
  placeholder: () => of('services: [{host: \'${{ env "DECK_HOST" }}\'}]'),
  'null-id': () => of('routes: [{name: r, paths: [/r], id: ~}]'),
  'health-counter': () => of('upstreams: [{name: u, healthchecks: {passive: {unhealthy: {timeouts: 255}}}}]'),
  'duplicate-key': () => of('services: [{host: a, host: b}]'),
  'yaml-1.1': () => of('services: [{host: a, enabled: on}]'),
  'unchecked-plugin': () => of('plugins: [{name: corss}]'),
  'generated-secret': () => of('plugins: [{name: session}]'),
  'plain-secret': () => of('plugins: [{name: session, config: {secret: s}}]'),
  'needs-database': () =>
    of('plugins: [{name: session, config: {secret: "{vault://env/s}", storage: kong}}]'),
  'per-gateway-storage': () =>
    of('plugins: [{name: acme, config: {account_email: a@b.test, tos_accepted: true}}]'),
  'shadowed-plugin': () =>
    of('services: [{name: a, host: b, plugins: [{name: cors}]}]\nplugins: [{name: cors, service: a}]'),
  'path-never-matches': () => of('routes: [{name: r, paths: [/r$/x]}]'.replace('/r$/x', "'~/r$/x'")),
  'regex-without-tilde': () => of("routes: [{name: r, paths: ['/orders/\\d+']}]"),
  redacted: () => of('consumers: [{username: a, keyauth_credentials: [{key: redacted-by-silverback-dump}]}]'),
  'not-in-version': () => of('key_sets: [{name: k}]', { target: OLD }),
  'more-findings': () => of(`services: [${'{},'.repeat(1200)}]`),
};

function findingsIn(text: Uint8Array): readonly Finding[] {
  return createCompiler(OPTIONS).compile([{ file: 'kong.yaml', text }]).findings;
}

/** Their words hold a date. */
const UNSHOWN = ['certificate-expired', 'certificate-expires'];

test('every code has an example', () => {
  expect(documented.toSorted()).toEqual([...Object.keys(EXAMPLES), ...UNSHOWN].toSorted());
});

test.each(Object.keys(EXAMPLES))('the example of %s in docs/findings.md is what is said', (code) => {
  const lines = (EXAMPLES[code]?.() ?? []).filter((finding) => finding.code === code).map(formatFinding);
  expect(lines).not.toEqual([]);
  const section = DOCS.slice(DOCS.indexOf(`- **\`${code}\`**`)).split('\n- **')[0] ?? '';
  expect(section).toContain(lines[0]);
});
