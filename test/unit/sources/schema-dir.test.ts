import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCompiler } from '../../../src/config/compile.js';
import { loadSchemaDir, schemaProblemLine } from '../../../src/sources/schema-dir.js';

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'schema-dir-'));
  await mkdir(join(dir, 'plugins'));
});
afterEach(() => rm(dir, { recursive: true }));

const put = (name: string, content: unknown): Promise<void> =>
  writeFile(join(dir, 'plugins', name), typeof content === 'string' ? content : JSON.stringify(content));

const schemaOf = (...fields: object[]): object => ({ fields: [{ config: { type: 'record', fields } }] });

describe('a folder of schemas', () => {
  test('lets custom plugins be checked, and wins over the bundled schemas', async () => {
    await put('mine.json', schemaOf({ limit: { type: 'integer', between: [1, 9] } }));
    await put('cors.json', schemaOf({ origin: { type: 'string' } }));
    const { plugins, problems } = await loadSchemaDir(dir);
    expect(problems).toEqual([]);
    const { compile } = createCompiler({ deck: false, env: {}, allowEmpty: true, plugins });
    const text = JSON.stringify({
      _format_version: '3.0',
      plugins: [
        { name: 'mine', config: { limit: 10, limti: 1 } },
        { name: 'cors', config: { origin: 'a' } },
        { name: 'other' },
      ],
    });
    const { findings, unchecked } = compile([{ file: 'kong.json', text }]);
    expect(findings.map(({ code, path }) => `${code} ${path ?? ''}`)).toEqual([
      'out-of-range plugins[0].config.limit',
      'unknown-field plugins[0].config.limti',
      'unchecked-plugin plugins[2]',
    ]);
    expect(unchecked).toEqual(['other']);
  });

  test('tells each file, and the field, that cannot be used; the others can', async () => {
    await put('bad.json', schemaOf({ limit: { type: 'integer', gt: 'many' } }));
    await put('broken.json', '{');
    await put('good.json', schemaOf());
    await put('huge.json', ' '.repeat(2 * 1024 * 1024));
    await put('notes.txt', 'not looked at');
    await mkdir(join(dir, 'plugins', 'sub.json'));
    const { plugins, problems } = await loadSchemaDir(dir);
    expect([...plugins.keys()]).toEqual(['good']);
    const lines = problems.map((problem) => schemaProblemLine(problem).slice(dir.length + 1));
    expect(lines).toEqual([
      'plugins/bad.json: config.limit.gt must be a number',
      'plugins/broken.json: is no JSON',
      'plugins/huge.json: is larger than 1048576 bytes',
      'plugins/sub.json: is no file',
    ]);
  });

  test('that is none says how to make one', async () => {
    const { problems } = await loadSchemaDir(join(dir, 'nope'));
    expect(problems.map(({ message }) => message).join()).toMatch(
      /^does not exist; .* silverback schema pull/,
    );
  });
});
