import { expect, test } from '@jest/globals';
import { sliced, Withdrawn } from '../../../src/gateway/body.js';

test.each([
  { over: 'tls', lengths: [65_536, 65_536, 65_536, 65_536, 37_856] },
  { over: 'plain', lengths: [262_144, 37_856] },
] as const)('hands out windows of the one buffer, and no copies: $over', async ({ over, lengths }) => {
  const bytes = new Uint8Array(300_000).map((_, index) => index % 251);
  const { stream, handedOut } = sliced(bytes, () => true, over);
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk as Uint8Array);
  expect(chunks.map((chunk) => chunk.length)).toEqual(lengths);
  for (const chunk of chunks) expect(chunk.buffer).toBe(bytes.buffer);
  expect(Buffer.concat(chunks)).toEqual(Buffer.from(bytes));
  expect(handedOut()).toBe(300_000);
});

test('hands out nothing more once it may not write', async () => {
  let allowed = 1;
  const { stream, handedOut } = sliced(new Uint8Array(300_000), () => allowed-- > 0, 'tls');
  await expect(stream.toArray()).rejects.toBeInstanceOf(Withdrawn);
  expect(handedOut()).toBe(65_536);
});
