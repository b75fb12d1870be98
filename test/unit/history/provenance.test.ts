import { describe, expect, test } from '@jest/globals';
import { provenanceOf } from '../../../src/history/provenance.js';
import type { ProvenSource } from '../../../src/history/provenance.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const source = (name: string, ...texts: readonly (readonly [string, string])[]): ProvenSource => ({
  name,
  texts: texts.map(([file, text]) => ({ file, text: bytes(text) })),
});
const digestOf = (...sources: readonly ProvenSource[]): string => provenanceOf(sources, 1).sourcesDigest;

describe('provenance', () => {
  test('is the same for the same texts in any order, whatever versions they came in', () => {
    const [a, b] = [source('a', ['x', '1'], ['y', '2']), source('b', ['x', '3'])];
    const turned = { ...source('a', ['y', '2'], ['x', '1']), resourceVersion: '9' };
    expect(digestOf(b, turned)).toBe(digestOf(a, b));
  });

  test('differs where a text, its place, its source or the dialect does', () => {
    const digests = [
      digestOf(source('a', ['x', '12'])),
      digestOf(source('a', ['x1', '2'])),
      digestOf(source('b', ['x', '12'])),
      digestOf(source('a', ['x', '1'], ['y', '2'])),
      digestOf(source('a', ['x', '1']), source('b', ['y', '2'])),
      provenanceOf([source('a', ['x', '12'])], 1, 'deck').sourcesDigest,
    ];
    expect(new Set(digests).size).toBe(digests.length);
  });

  test('names the sources that hold something, with where they stood', () => {
    const object = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'kong', name: 'a' };
    const given = { ...source('ConfigMap kong/a', ['k', 'v']), object, resourceVersion: '7', gitSha: 'abc' };
    const { sources, sealing } = provenanceOf([source('empty'), given], 3);
    expect(sources).toEqual([
      { name: 'ConfigMap kong/a', object, resourceVersion: '7', gitSha: 'abc', digest: expect.any(String) },
    ]);
    expect(sealing).toBe(3);
  });
});
