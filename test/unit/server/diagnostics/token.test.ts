import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openToken } from '../../../../src/server/diagnostics/token.js';
import { createVirtualClock } from '../../../support/virtual-clock.js';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'silverback-token-'));
  file = join(folder, 'token');
});
afterEach(() => rm(folder, { recursive: true }));

describe('the token', () => {
  it('is read again when its file has changed, and kept when it cannot be read any more', async () => {
    const clock = createVirtualClock();
    await writeFile(file, 'one\n');
    const token = await openToken({ file }, clock);
    await writeFile(file, 'two\n');
    expect(await token()).toBe('one');
    await clock.advance(10_000);
    expect(await token()).toBe('two');
    await rm(file);
    await clock.advance(10_000);
    expect(await token()).toBe('two');
  });

  it('must be there at first, and not empty', async () => {
    const clock = createVirtualClock();
    await expect(openToken({ file }, clock)).rejects.toThrow('it does not exist');
    await writeFile(file, ' \n');
    await expect(openToken({ file }, clock)).rejects.toThrow('is empty');
  });

  it('is what the setting says, or none', async () => {
    const clock = createVirtualClock();
    expect(await (await openToken({ value: 'x' }, clock))()).toBe('x');
    expect(await (await openToken(undefined, clock))()).toBeUndefined();
  });
});
