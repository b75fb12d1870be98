import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { MAIN } from '../support/troop.js';

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

let folder = '';
const at = (name: string): string => join(folder, name);

function diff(args: readonly string[], stdin = ''): Promise<Ended> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [MAIN, 'diff', ...args], (_error, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
    child.stdin?.end(stdin);
  });
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'silverback-diff-'));
  writeFileSync(at('old.yaml'), '_format_version: "3.0"\nservices: [{name: s, host: h}]\n');
  writeFileSync(at('same.json'), '{"_format_version":"3.0","services":[{"host":"h","name":"s","port":80}]}');
  writeFileSync(at('bad.yaml'), '_format_version: "3.0"\nservices: [{name: s, hosst: h}]\n');
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('silverback diff', () => {
  test('exits 0 where there is no difference, and 1 where there is one', async () => {
    expect(await diff([at('old.yaml'), at('same.json')])).toEqual({
      code: 0,
      stdout: 'no difference\n',
      stderr: '',
    });
    const changed = '_format_version: "3.0"\nservices: [{name: s, host: other}]\n';
    const { code, stdout } = await diff([at('old.yaml'), '-'], changed);
    expect(code).toBe(1);
    expect(stdout).toContain(`~ service 's'  (${at('old.yaml')}:2 -> <stdin>:2)\n    host: "h" -> "other"\n`);
  });

  test('exits 2 with the findings of what is invalid', async () => {
    const { code, stdout, stderr } = await diff([at('old.yaml'), at('bad.yaml')]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(`${at('bad.yaml')}:2:22: error: `);
  });

  test.each([
    [['only-one.yaml'], 'missing required argument'],
    [['-', '-'], 'only one of the two can be -'],
    [['--format', 'html', 'a', 'b'], 'invalid'],
    [['--nope', 'a', 'b'], 'unknown option'],
    [['nowhere.yaml', 'nowhere-else.yaml'], 'nowhere-else.yaml: it does not exist'],
  ])('exits 2 for %j', async (args, words) => {
    const { code, stdout, stderr } = await diff(args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(words);
  });

  test('reads folders, and says when one holds nothing', async () => {
    const empty = mkdtempSync(at('empty-'));
    expect((await diff([empty, at('old.yaml')])).stderr).toContain('there are no .yaml, .yml or .json files');
    writeFileSync(join(empty, 'a.yaml'), '_format_version: "3.0"\nservices: [{name: s, host: h}]\n');
    writeFileSync(join(empty, 'b.yaml'), '_format_version: "3.0"\nconsumers: [{username: c}]\n');
    const { code, stdout } = await diff(['--format', 'json', empty, at('old.yaml')]);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ summary: { removed: 1, unchanged: 1 } });
  });
});
