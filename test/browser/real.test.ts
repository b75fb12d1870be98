// The page at a real controller: what only the real server can show.
import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { configOf } from '../support/troop.js';
import { openBrowser, takePicture } from './support/browser.js';
import { setStage } from './support/fault-stage.js';
import type { FaultStage, StageOptions } from './support/fault-stage.js';

jest.setTimeout(180_000);
const PATIENT = { timeout: 60_000 };

let browser: Browser;
let stage: FaultStage;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());
afterEach(() => stage.close());

async function begin(options: StageOptions = {}): Promise<FaultStage> {
  stage = await setStage(browser, options);
  return stage;
}

test('an edit is followed live, from the canary to the last gateway', async () => {
  const { page, edit, troop, complaints } = await begin({ args: ['--canary-hold', '2s'] });
  await page.locator('.sentence').getByText('All 6 gateways serve').waitFor(PATIENT);
  const before = troop.world.pods()[0]!.kong.hash().slice(0, 8);
  edit();
  await page.getByText('At the canary').waitFor(PATIENT);
  await page.locator('.tile .badge', { hasText: 'canary' }).waitFor(PATIENT);
  await takePicture(page, 'canary');
  await page.getByRole('heading', { name: /^Waiting/ }).waitFor({ ...PATIENT, state: 'detached' });
  await page.locator('.sentence').getByText('All 6 gateways serve').waitFor(PATIENT);
  const now = troop.world.pods()[0]!.kong.hash().slice(0, 8);
  expect(now).not.toBe(before);
  await page.locator('.sentence').getByText(`All 6 gateways serve ${now}`).waitFor(PATIENT);
  await page.getByText('As a table (2 changes)').waitFor(PATIENT);
  expect(complaints).toEqual([]);
});

test('what a held revision would change is shown entity by entity, and its approval lets it go', async () => {
  const { page, edit, decide, troop, complaints } = await begin();
  const started = performance.now();
  edit(configOf('many', 10));
  await troop.untilConverged(started);
  edit(configOf('few', 1));
  await page.getByRole('button', { name: 'Show what it would change' }).click(PATIENT);
  const answer = page.getByRole('region', { name: 'What differs' });
  await answer.getByText('18 removed').waitFor(PATIENT);
  expect(await answer.innerText()).toContain("service 'service-9' removed");
  await takePicture(page, 'held-diff');
  const command = await page.getByRole('group', { name: /^Command: silverback approve/ }).innerText();
  const [, revision = ''] = /approve ([0-9a-f]{8})/.exec(command) ?? [];
  await decide('approve', revision);
  await page.locator('.sentence').getByText(`All 6 gateways serve ${revision}`).waitFor(PATIENT);
  await page.getByRole('region', { name: 'Waits for you' }).waitFor({ ...PATIENT, state: 'detached' });
  expect(complaints).toEqual([]);
});

test('with a token nothing is shown before it is given', async () => {
  const { page } = await begin({ args: ['--diagnostics-token', 'the-token-of-this-test-0123456789'] });
  await page.getByRole('heading', { name: 'A token, please' }).waitFor(PATIENT);
  expect(await page.locator('body').innerText()).not.toMatch(/kong-1|gateways/);
  await page.getByLabel('Token').fill('the-token-of-this-test-0123456789');
  await page.keyboard.press('Enter');
  await page.locator('.sentence').getByText('All 6 gateways serve').waitFor(PATIENT);
});

test('a replica that dies leaves its last picture, greyed; one that comes back is shown again', async () => {
  const { page, troop, url } = await begin();
  await page.locator('.sentence').getByText('All 6 gateways serve').waitFor(PATIENT);
  const [replica] = troop.replicas;
  replica!.signal('SIGKILL');
  await replica!.exited;
  await page.getByText('Connection lost').waitFor(PATIENT);
  await page
    .locator('main.stale')
    .getByText(/All 6 gateways serve/)
    .waitFor(PATIENT);
  await takePicture(page, 'connection-lost');
  troop.start([...troop.standard, '--diagnostics-bind-address', new URL(url).host]);
  await page.locator('.connection-live').waitFor(PATIENT);
  await page
    .locator('main:not(.stale)')
    .getByText(/All 6 gateways serve/)
    .waitFor(PATIENT);
});

test('keys and passwords of the configuration are nowhere on the page', async () => {
  const { page, edit, complaints } = await begin();
  const secret = 'planted-key-4711';
  const consumer = (more: string): string =>
    `${configOf('one')}consumers:\n  - username: partner\n    keyauth_credentials:\n      - key: ${secret}${more}\n`;
  edit(consumer(''));
  await page.getByText('1 keyauth credential').first().waitFor(PATIENT);
  edit(`${consumer('-new')}    nonsense: ${secret}\n`);
  await page
    .getByText(/unknown field/)
    .first()
    .waitFor(PATIENT);
  await page.getByRole('button', { name: 'Compare' }).click();
  await page.getByRole('region', { name: 'What differs' }).getByText('added').first().waitFor(PATIENT);
  expect(await page.content()).not.toContain(secret);
  expect(complaints).toEqual([]);
});
