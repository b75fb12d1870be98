import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { sourceOf } from '../../../src/sources/objects.js';
import type { ObjectKind } from '../../../src/sources/objects.js';

const metadata = { namespace: 'kong', name: 'routes', uid: 'u-1', resourceVersion: '7' };
const base64 = (content: string | Uint8Array): string => Buffer.from(content).toString('base64');

const textsOf = (kind: ObjectKind, object: object): Record<string, string> =>
  Object.fromEntries(
    sourceOf(kind, { metadata, ...object }).texts.map(({ file, text }) => [
      file,
      Buffer.from(text).toString('utf8'),
    ]),
  );

describe('a ConfigMap as a source', () => {
  it('knows the commit that it was made of, where its annotation tells', () => {
    const annotations = { 'silverback.dev/git-sha': 'c0ffee' };
    expect(sourceOf('ConfigMap', { metadata: { ...metadata, annotations } }).gitSha).toBe('c0ffee');
  });

  it('is named as people call it, and knows the object that Events go to', () => {
    expect(sourceOf('ConfigMap', { metadata })).toEqual({
      name: 'ConfigMap kong/routes',
      texts: [],
      object: { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'kong', name: 'routes', uid: 'u-1' },
      resourceVersion: '7',
      sizes: '',
      noted: {},
    });
  });

  it('holds the keys whose names are those of configuration texts, in order of name', () => {
    const data = {
      'b.json': '{}',
      'a.yaml': 'services: []',
      'c.yml': '',
      README: 'hello',
      '.hidden.yaml': 'x',
    };
    expect(Object.entries(textsOf('ConfigMap', { data }))).toEqual([
      ['configmap/kong/routes/a.yaml', 'services: []'],
      ['configmap/kong/routes/b.json', '{}'],
      ['configmap/kong/routes/c.yml', ''],
    ]);
  });

  it('keeps every character of a text', () => {
    expect(textsOf('ConfigMap', { data: { 'a.yaml': 'Gürtel 🦍\r\n' } })).toEqual({
      'configmap/kong/routes/a.yaml': 'Gürtel 🦍\r\n',
    });
  });

  it('unpacks compressed keys, under the names that they have', () => {
    const binaryData = {
      'big.yaml.gz': base64(gzipSync('services: []')),
      'plain.json': base64('{}'),
      'logo.png': base64('x'),
    };
    expect(textsOf('ConfigMap', { data: { 'big.yaml': 'routes: []' }, binaryData })).toEqual({
      'configmap/kong/routes/big.yaml': 'routes: []',
      'configmap/kong/routes/big.yaml.gz': 'services: []',
      'configmap/kong/routes/plain.json': '{}',
    });
  });

  it('passes over what is no text, and fields that are no maps', () => {
    expect(textsOf('ConfigMap', { data: { 'a.yaml': 7, 'b.yaml': null }, binaryData: ['x'] })).toEqual({});
  });
});

describe('a Secret as a source', () => {
  it('is the place for secrets, which a ConfigMap is not', () => {
    const confidential = (kind: ObjectKind, value: string): unknown[] =>
      sourceOf(kind, { metadata, data: { 'a.yaml': value } }).texts.map((text) => text.confidential);
    expect(confidential('Secret', base64('{}'))).toEqual([true]);
    expect(confidential('ConfigMap', '{}')).toEqual([undefined]);
  });

  it('has base64 in all of its keys', () => {
    const data = {
      'kong.yaml': base64('consumers: []'),
      'more.yml.gz': base64(gzipSync('plugins: []')),
      'tls.key': base64('private'),
    };
    expect(textsOf('Secret', { data })).toEqual({
      'secret/kong/routes/kong.yaml': 'consumers: []',
      'secret/kong/routes/more.yml.gz': 'plugins: []',
    });
    expect(sourceOf('Secret', { metadata, data }).name).toBe('Secret kong/routes');
  });
});

describe('an object that cannot be read', () => {
  const SECRET = 's3cr3t-value';

  function reasonFor(data: Record<string, string>): string {
    try {
      sourceOf('Secret', { metadata, data });
    } catch (error) {
      return error instanceof Error ? error.message : '';
    }
    return 'it could be read';
  }

  it('says which key is at fault, and nothing of its value', () => {
    const reasons = [
      reasonFor({ 'a.yaml': `${SECRET}!` }),
      reasonFor({ 'a.yaml.gz': base64(SECRET) }),
      reasonFor({ 'a.yaml.gz': base64(gzipSync(SECRET).subarray(0, 12)) }),
    ];
    expect(reasons).toEqual([
      'key a.yaml does not hold base64',
      'key a.yaml.gz is not gzip',
      'key a.yaml.gz is not gzip',
    ]);
  });

  it('is one that would unpack to more than a source may hold', () => {
    const bomb = base64(gzipSync(Buffer.alloc(33 * 1024 * 1024)));
    expect(bomb.length).toBeLessThan(100_000);
    expect(reasonFor({ 'a.yaml.gz': bomb })).toBe('it unpacks to more than 32 MiB');
  });

  it('is one whose keys do so together', () => {
    const half = base64(gzipSync(Buffer.alloc(17 * 1024 * 1024)));
    expect(reasonFor({ 'a.yaml.gz': half })).toBe('it could be read');
    expect(reasonFor({ 'a.yaml.gz': half, 'b.yaml.gz': half })).toBe('it unpacks to more than 32 MiB');
  });

  it('is found out at once, however hostile', () => {
    expect(reasonFor({ 'a.yaml': `${' '.repeat(1_000_000)}!` })).toBe('key a.yaml does not hold base64');
    expect(reasonFor({ 'a.yaml': `${'A'.repeat(1_000_000)}!` })).toBe('key a.yaml does not hold base64');
  });

  it.each([undefined, null, 'text', [], {}, { metadata: { name: 'a' } }])('is %p', (object) => {
    expect(() => sourceOf('ConfigMap', object)).toThrow(/metadata/);
  });
});
