import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';

/** `npm test` builds first. */
const folder = join(import.meta.dirname, '../../../dist/server/dashboard');
const read = (name: string): string => readFileSync(join(folder, name), 'utf8');

test('all that a browser loads is less than 100 KB, uncompressed', () => {
  const files = ['index.html', ...readdirSync(join(folder, 'assets')).map((name) => `assets/${name}`)];
  const bytes = files.reduce((sum, name) => sum + readFileSync(join(folder, name)).length, 0);
  expect(bytes).toBeGreaterThan(10_000);
  expect(bytes).toBeLessThan(100_000);
});

test('the page loads files of its own and nothing else, and holds no script or style itself', () => {
  const page = read('index.html');
  const loaded = Array.from(page.matchAll(/(?:src|href)="([^"]+)"/g), ([, url = '']) => url);
  const files = loaded.filter((url) => !url.startsWith('data:'));
  expect(files.length).toBeGreaterThan(1);
  for (const file of files) expect([file, existsSync(join(folder, file))]).toEqual([file, true]);
  expect(page).not.toMatch(/<style|<script(?![^>]*src=)|\sstyle=|\son[a-z]+=/);
});

test('the style loads nothing', () => {
  expect(read('assets/dashboard-style.css')).not.toMatch(/url\(|@import/);
});
