import { expect, test } from '@jest/globals';
import { parseQuantity, parseSize, sizeText } from '../../../../src/cli/doctor/size.js';

test.each<[unknown, number | undefined]>([
  ['10m', 10 * 1024 * 1024],
  ['8k', 8192],
  ['2G', 2 * 1024 ** 3],
  ['2048m', 2048 * 1024 ** 2],
  ['0', 0],
  [512, 512],
  ['', undefined],
  ['ten', undefined],
  ['1.5m', undefined],
  [undefined, undefined],
  [{}, undefined],
])("nginx's %j is %j bytes", (text, bytes) => {
  expect(parseSize(text)).toBe(bytes);
});

test.each<[unknown, number | undefined]>([
  ['256Mi', 256 * 1024 ** 2],
  ['1.5Gi', 1.5 * 1024 ** 3],
  ['1G', 1e9],
  ['1000', 1000],
  ['1Ei', undefined],
  [undefined, undefined],
])("Kubernetes' %j is %j bytes", (text, bytes) => {
  expect(parseQuantity(text)).toBe(bytes);
});

test.each<[number, string]>([
  [0, '0 bytes'],
  [1023, '1023 bytes'],
  [1025, '2 KiB'],
  [1024 * 1024, '1 MiB'],
  [1.5 * 1024 * 1024, '1.5 MiB'],
])('%j bytes are %s', (bytes, text) => {
  expect(sizeText(bytes)).toBe(text);
});
