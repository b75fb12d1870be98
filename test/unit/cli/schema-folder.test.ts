import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent } from 'undici';
import { objectionTo, schemaFolder, writeFolder } from '../../../src/cli/schema-folder.js';
import { ENTITIES } from '../../../src/config/schema/generated/facts.js';
import { startKongEmulator } from '../../../src/emulator/kong/kong-emulator.js';
import type { KongEmulator } from '../../../src/emulator/kong/kong-emulator.js';
import { createAdminApi } from '../../../src/gateway/admin-api.js';
import type { AdminReader } from '../../../src/gateway/schemas.js';
import { pullSchemas } from '../../../src/gateway/schemas.js';
import { loadSchemaDir } from '../../../src/sources/schema-dir.js';

const agent = new Agent();
let dir = '';
let kong: KongEmulator;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'schema-folder-'));
});
afterEach(async () => {
  await rm(dir, { recursive: true });
  await kong.stop();
});

function reader(headers: Record<string, string> = {}): AdminReader {
  return createAdminApi({
    dispatcher: () => agent,
    headers: () => headers,
    workspace: undefined,
    onUnauthorized: () => undefined,
    wallNow: () => 0,
  });
}

const pull = (path = '', headers: Record<string, string> = {}): ReturnType<typeof pullSchemas> => {
  const gateway = { key: 'k', name: 'k', url: `${kong.adminUrl}${path}` };
  return pullSchemas(reader(headers), gateway, Object.keys(ENTITIES), (ask) =>
    ask(new AbortController().signal),
  );
};

describe('schemas pulled from a gateway', () => {
  test('of Kong 3.9 make the very schemas that come with Silverback', async () => {
    kong = await startKongEmulator();
    const pulled = await pull();
    if ('trouble' in pulled) throw new Error(pulled.trouble.reason);
    expect(pulled.without).toEqual([]);
    const { files, unusable } = schemaFolder(pulled, new Date(0));
    expect(unusable).toEqual([]);
    const ours = await readFile(
      new URL('../../../schemas/kong-3.9/kong.schema.json', import.meta.url),
      'utf8',
    );
    const withoutComment = (text: string | undefined): unknown => ({
      ...JSON.parse(text ?? ''),
      $comment: '',
    });
    expect(withoutComment(files.get('kong.schema.json'))).toEqual(withoutComment(ours));
    expect(JSON.parse(files.get('manifest.json') ?? '')).toMatchObject({
      kong: '3.9.3',
      pulledAt: '1970-01-01T00:00:00.000Z',
    });
    const target = join(dir, 'out');
    await writeFolder(target, files);
    await writeFolder(target, files);
    expect(await readdir(dir)).toEqual(['out']);
    const loaded = await loadSchemaDir(target);
    expect(loaded.problems).toEqual([]);
    expect(loaded.plugins.size).toBe(45);
  });

  test('are those of the plugins that are enabled there', async () => {
    kong = await startKongEmulator({ plugins: ['cors', 'of-our-own'] });
    const pulled = await pull();
    if ('trouble' in pulled) throw new Error(pulled.trouble.reason);
    expect([...pulled.plugins.keys()]).toEqual(['cors']);
    expect(pulled.without).toEqual(['of-our-own']);
  });

  test('are none where the token is missing, or where there is no Kong', async () => {
    kong = await startKongEmulator({ requireToken: { header: 'Kong-Admin-Token', value: 'sesame' } });
    expect(await pull()).toMatchObject({ trouble: { code: '401' } });
    expect(await pull('', { 'Kong-Admin-Token': 'sesame' })).toMatchObject({ info: { version: '3.9.3' } });
    expect(await pull('/elsewhere', { 'Kong-Admin-Token': 'sesame' })).toMatchObject({
      trouble: { code: 'not-kong' },
    });
  });
});

describe('the folder', () => {
  beforeEach(async () => {
    kong = await startKongEmulator();
  });

  test('is not replaced when it holds something else', async () => {
    await writeFile(join(dir, 'mine.txt'), 'x');
    expect(await objectionTo(dir)).toMatch(/something else/);
    expect(await objectionTo(join(dir, 'mine.txt'))).toBe('it is no folder');
    expect(await objectionTo(join(dir, 'new'))).toBeUndefined();
  });

  test('stays as it was when writing fails half-way', async () => {
    const target = join(dir, 'out');
    await mkdir(target);
    await writeFile(join(target, 'manifest.json'), '{"pulledAt": ""}');
    const files = new Map([
      ['a', 'text'],
      ['a/b', 'a file cannot be a folder, too'],
    ]);
    await expect(writeFolder(target, files)).rejects.toThrow();
    expect(await readdir(dir)).toEqual(['out']);
    expect(await readdir(target)).toEqual(['manifest.json']);
  });

  test('below one that does not exist is a clear error', async () => {
    await expect(writeFolder(join(dir, 'no', 'out'), new Map())).rejects.toThrow(/no does not exist/);
  });
});
