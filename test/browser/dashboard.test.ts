import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { openBrowser, takePicture, visit } from './support/browser.js';
import type { Visit } from './support/browser.js';
import { startContractServer } from './support/contract-server.js';
import type { ContractOptions, ContractServer } from './support/contract-server.js';
import {
  at,
  gateway,
  gatewaysOf,
  happening,
  NEW,
  NEXT,
  OLD,
  statusOf,
  UNREACHABLE,
} from './support/sample.js';

let browser: Browser;
let server: ContractServer;
let open: Visit;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());
afterEach(async () => {
  await open.close();
  await server.close();
});

async function show(status = statusOf(), options: ContractOptions = {}, path = ''): Promise<Visit['page']> {
  server = await startContractServer(status, options);
  open = await visit(browser, server.url + path);
  return open.page;
}

test('what changes at the server is on the page without a reload', async () => {
  const page = await show();
  await page.getByText('All 8 gateways serve').waitFor();
  const gateways = [...gatewaysOf(7), gateway('kong-8', UNREACHABLE)];
  server.show(
    statusOf({
      gateways,
      summary: {
        level: 'attention',
        sentence: '7 of 8 gateways serve it; kong-8 cannot be reached',
        advice: [],
      },
    }),
  );
  await page.getByText('kong-8 cannot be reached').waitFor();
  const tile = page.getByRole('button', { name: /^kong-8/ });
  expect(await tile.textContent()).toContain('Unreachable');
  expect(await tile.textContent()).toContain('Connection refused.');
  server.show(statusOf({ gateways: gatewaysOf(9) }));
  await page.getByRole('button', { name: /^kong-9/ }).waitFor();
  expect(await page.getByRole('heading', { name: /In trouble/ }).count()).toBe(0);
  expect(open.complaints).toEqual([]);
});

test('the details of a failed gateway say why, what it serves, and what to do', async () => {
  const page = await show(statusOf({ gateways: [...gatewaysOf(3), gateway('kong-4', UNREACHABLE)] }));
  server.happen(happening(1, 'gateway kong-4 is unreachable: connection refused', { level: 'warn' }));
  server.happen(happening(2, 'gateway kong-40 left'));
  await page.getByRole('button', { name: /^kong-4/ }).click();
  const dialog = page.getByRole('dialog', { name: 'kong-4' });
  const text = await dialog.innerText();
  for (const part of [
    'Unreachable',
    'Connection refused.',
    `It still serves ${OLD.slice(0, 8)}.`,
    '7 times in a row',
    'Is Kong up, and is this its Admin API port?',
    'node-a',
    'zone-1',
    '3.9.3',
    NEW.slice(0, 8),
  ]) {
    expect(text).toContain(part);
  }
  await dialog.getByText('gateway kong-4 is unreachable').waitFor();
  await takePicture(page, 'details');
  expect(await dialog.getByText('kong-40').count()).toBe(0);
});

test('two revisions can be compared, and secrets stay hidden', async () => {
  const diff = {
    version: 1,
    different: true,
    summary: { added: 1, removed: 0, changed: 1, unchanged: 4 },
    settings: [],
    entities: [
      { change: 'added', label: "route 'basket'", fields: [{ path: 'paths', new: ['/basket'] }] },
      {
        change: 'changed',
        label: "plugin 'key-auth' of service 'orders'",
        fields: [
          { path: 'config.hide_credentials', old: false, new: true },
          { path: 'config.key', secret: true },
        ],
      },
    ],
  };
  const page = await show(statusOf(), { diff });
  await page.getByRole('button', { name: 'Compare' }).click();
  const answer = page.getByRole('region', { name: 'What differs' });
  await answer.getByText('1 added, 1 changed, 4 unchanged').waitFor();
  const text = await answer.innerText();
  expect(text).toContain("route 'basket' added");
  expect(text).toContain('config.hide_credentials: false → true');
  expect(text).toContain('config.key: changed (secret)');
  await takePicture(page, 'diff');
});

test('what is held shows its reasons, the command that approves it, and what it would change', async () => {
  const revisions = {
    ...statusOf().revisions,
    held: { revision: NEXT, reasons: ['source shop has vanished'], codes: ['vanished'], since: at(30) },
  };
  const diff = {
    different: true,
    summary: { added: 0, removed: 3, changed: 0, unchanged: 0 },
    settings: [],
    entities: [],
  };
  const page = await show(statusOf({ revisions }), { diff });
  const waiting = page.getByRole('region', { name: 'Waits for you' });
  await waiting.getByText('Source shop has vanished.').waitFor();
  await waiting
    .getByText(
      `kubectl --namespace silverback exec pod/silverback-1 -- silverback approve ${NEXT.slice(0, 8)} --reason '…' --history-secret silverback-history`,
    )
    .waitFor();
  await waiting.getByRole('button', { name: 'Show what it would change' }).click();
  await page.getByText('3 removed').waitFor();
});

test('findings stand with their masked line, gravest first', async () => {
  const config = {
    verdict: 'invalid' as const,
    findings: [
      { severity: 'warning' as const, code: 'plain-secret', message: 'a secret stands in the open' },
      {
        severity: 'error' as const,
        code: 'wrong-type',
        message: "service 'catalogue': port must be a whole number",
        file: 'configmap/silverback/shop/kong.yaml',
        line: 5,
        column: 11,
        excerpt: '5 |     port: eighty\n  |           ^',
      },
    ],
    sources: [{ name: 'configmap/silverback/shop', state: 'invalid' as const, errors: 1, warnings: 1 }],
  };
  const page = await show(statusOf({ config }));
  const region = page.getByRole('region', { name: 'Configuration' });
  const text = await region.innerText();
  expect(text.indexOf('whole number')).toBeLessThan(text.indexOf('in the open'));
  expect(text).toContain('configmap/silverback/shop/kong.yaml:5:11');
  expect(text).toContain('port: eighty');
});

test('everything can be reached and left by keyboard', async () => {
  const page = await show(statusOf({ gateways: [...gatewaysOf(20), gateway('kong-21', UNREACHABLE)] }));
  await page.getByRole('button', { name: /^kong-21/ }).waitFor();
  const focused = () => page.evaluate(() => document.activeElement?.getAttribute('data-gateway') ?? '');
  for (let presses = 0; presses < 20 && (await focused()) === ''; presses += 1)
    await page.keyboard.press('Tab');
  expect(await focused()).toBe('kong-21');
  const outline = await page.evaluate(() => getComputedStyle(document.activeElement!).outlineStyle);
  expect(outline).not.toBe('none');
  await page.keyboard.press('ArrowDown');
  expect(await focused()).toBe('kong-1');
  await page.keyboard.press('ArrowRight');
  expect(await focused()).toBe('kong-2');
  await page.keyboard.press('ArrowDown');
  const below = await focused();
  expect(below).not.toBe('kong-2');
  await page.keyboard.press('ArrowUp');
  expect(await focused()).toBe('kong-2');
  await page.keyboard.press('End');
  expect(await focused()).toBe('kong-20');
  await page.keyboard.press('Home');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog', { name: 'kong-21' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  expect(await focused()).toBe('kong-21');
  // It recovers, and moves among the others: whoever was on it still is.
  server.show(statusOf({ gateways: gatewaysOf(21) }));
  await page.getByRole('heading', { name: /In trouble/ }).waitFor({ state: 'detached' });
  expect(await focused()).toBe('kong-21');
});

test('gateways are found by text and by state', async () => {
  const page = await show(statusOf({ gateways: [...gatewaysOf(9), gateway('kong-10', UNREACHABLE)] }));
  await page.getByRole('searchbox').fill('refused');
  await page.getByRole('button', { name: /^kong-1\b/ }).waitFor({ state: 'detached' });
  expect(await page.locator('.tile').count()).toBe(1);
  await page.getByRole('searchbox').fill('');
  await page.getByRole('button', { name: 'Up to date 9' }).click();
  expect(await page.locator('.tile').count()).toBe(9);
});

test('a follower says who leads, and how to reach that one', async () => {
  const { leadership } = statusOf();
  const page = await show(
    statusOf({
      leadership: { ...leadership, leading: false, holder: 'silverback-2_77aa' },
      summary: { level: 'following', sentence: 'This replica follows; silverback-2 leads', advice: [] },
      gateways: [gateway('kong-1', { phase: 'unknown', current: false })],
    }),
  );
  const region = page.getByRole('region', { name: 'Leadership' });
  await region
    .getByText('kubectl --namespace silverback port-forward pod/silverback-2 10256:10256')
    .waitFor();
  expect(await page.getByRole('button', { name: /^kong-1/ }).textContent()).toContain('Ask the leader');
});

test('a lost connection is told, the last picture stays, and the page comes back by itself', async () => {
  const page = await show();
  await page.getByText('All 8 gateways serve').waitFor();
  await server.down();
  await page.getByRole('alert').getByText('Connection lost').waitFor();
  await page.getByText('All 8 gateways serve').waitFor();
  expect(await page.locator('main.stale').count()).toBe(1);
  await server.up();
  server.show(statusOf({ gateways: gatewaysOf(5) }));
  await page.getByText('All 5 gateways serve').waitFor();
  await page.getByRole('alert').waitFor({ state: 'detached' });
  expect(await page.locator('.tile').count()).toBe(5);
});

test('a token is asked for, sent as a header, kept for the tab, and a wrong one is told', async () => {
  const page = await show(statusOf(), { token: 'right-one' });
  const form = page.getByLabel('Token');
  await form.fill('wrong-one');
  await page.keyboard.press('Enter');
  await page.getByText('That token is not the right one.').waitFor();
  await form.fill('right-one');
  await page.getByRole('button', { name: 'Show the fleet' }).click();
  await page.getByText('All 8 gateways serve').waitFor();
  expect(page.url()).toBe(server.url);
  await page.reload();
  await page.getByText('All 8 gateways serve').waitFor();
});

test('nothing but the server is asked, no console message appears, and it is small', async () => {
  const page = await show();
  await page.getByText('All 8 gateways serve').waitFor();
  expect([...open.hosts].filter((host) => host !== '' && host !== new URL(server.url).host)).toEqual([]);
  expect(open.complaints).toEqual([]);
  const bytes = await open.bytes();
  expect(bytes).toBeGreaterThan(10_000);
  expect(bytes).toBeLessThan(100_000);
});
