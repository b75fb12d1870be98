import { expect, test } from '@jest/globals';
import { sliced, Withdrawn } from '../../../src/gateway/body.js';

test('hands out windows of the one buffer, 64 KiB each, and no copies', async () => {
  const bytes = new Uint8Array(150_000).map((_, index) => index % 251);
  const { stream, handedOut } = sliced(bytes, () => true);
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk as Uint8Array);
  expect(chunks.map((chunk) => chunk.length)).toEqual([65_536, 65_536, 18_928]);
  for (const chunk of chunks) expect(chunk.buffer).toBe(bytes.buffer);
  expect(Buffer.concat(chunks)).toEqual(Buffer.from(bytes));
  expect(handedOut()).toBe(150_000);
});

test('hands out nothing more once it may not write', async () => {
  let allowed = 1;
  const { stream, handedOut } = sliced(new Uint8Array(300_000), () => allowed-- > 0);
  await expect(stream.toArray()).rejects.toBeInstanceOf(Withdrawn);
  expect(handedOut()).toBe(65_536);
});
