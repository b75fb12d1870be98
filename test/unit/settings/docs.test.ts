import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { settingsPage } from '../../../src/settings/docs.js';
import { envName, SETTING_NAMES } from '../../../src/settings/table.js';

const rows = settingsPage()
  .split('\n')
  .filter((line) => line.startsWith('| `--'));

describe('the page of settings', () => {
  it('is what docs/settings.md holds', () => {
    const file = readFileSync(new URL('../../../docs/settings.md', import.meta.url), 'utf8');
    if (file !== settingsPage()) throw new Error('docs/settings.md is out of date: npm run docs');
    expect(file).toBe(settingsPage());
  });

  it('has one row for every setting, with its flag and its variable', () => {
    expect(rows.map((row) => row.split(' | ').slice(0, 2))).toEqual(
      expect.arrayContaining(SETTING_NAMES.map((name) => [`| \`--${name}\``, `\`${envName(name)}\``])),
    );
    expect(rows).toHaveLength(SETTING_NAMES.length);
  });

  it('tells default, choices and bounds as a user would write them', () => {
    const rowOf = (name: string): string => rows.find((row) => row.startsWith(`| \`--${name}\` |`)) ?? '';
    expect(rowOf('lease-duration')).toContain('| `15s` |');
    expect(rowOf('lease-duration')).toContain('`1s` to `1h`');
    expect(rowOf('log-format')).toContain('one of `json`, `text`');
    expect(rowOf('proxy-timeout-seconds')).toContain('`1` to `3600`');
    expect(rowOf('kong-admin-token')).toMatch(/; secret \|$/);
  });

  it('keeps its tables whole: every row has five cells', () => {
    for (const row of rows) expect(row.replaceAll('\\|', '').match(/\|/g)).toHaveLength(6);
  });
});
