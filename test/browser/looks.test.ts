import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { AxeResults } from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import type { Status } from '../../src/server/diagnostics/status.js';
import { openBrowser, takePicture, visit } from './support/browser.js';
import { startContractServer } from './support/contract-server.js';
import type { ContractServer } from './support/contract-server.js';
import { at, gateway, gatewaysOf, happening, NEXT, OLD, statusOf, UNREACHABLE } from './support/sample.js';

let browser: Browser;
let axe: string;
beforeAll(async () => {
  browser = await openBrowser();
  axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
});
afterAll(() => browser.close());

/** A bit of everything that the page can show. */
function everything(): Status {
  const { revisions, config } = statusOf();
  return statusOf({
    summary: {
      level: 'attention',
      sentence: '6 of 12 gateways serve it; 3 are behind',
      advice: ['Look at kong-20', 'Approve it: silverback approve 3f2a91c0'],
    },
    gateways: [
      ...gatewaysOf(6),
      gateway('a-gateway-with-a-very-long-name-that-a-deployment-has-given-it-7d9f8b6c5d-x2x4q', UNREACHABLE),
      gateway('kong-21', { phase: 'pushing', current: false, hash: OLD, revision: OLD, canary: true }),
      gateway('kong-22', { phase: 'out-of-sync', current: false, hash: OLD, revision: OLD }),
      gateway('kong-23', { phase: 'probing', current: false, hash: undefined } as never),
    ],
    rollout: {
      phase: 'canary',
      meaning: 'a canary tries it',
      revision: NEXT,
      canaries: ['kong-21'],
      done: 6,
      total: 10,
    },
    revisions: {
      ...revisions,
      held: { revision: NEXT, reasons: ['a source has vanished'], codes: ['vanished'], since: at(1) },
      paused: { at: at(2), by: 'ada' },
      withdrawn: [{ revision: OLD, at: at(3), by: 'ada', why: 'a canary rejected it' }],
      audit: [{ at: at(3), by: 'ada', what: 'paused the rollout' }],
    },
    config: {
      ...config,
      verdict: 'held',
      findings: [
        {
          severity: 'error',
          code: 'wrong-type',
          message: 'port must be a whole number',
          file: 'configmap/silverback/shop/kong.yaml',
          line: 5,
          column: 11,
          excerpt: `5 |     port: eighty ${'and so on '.repeat(30)}\n  |           ^`,
          hint: 'write 80',
        },
      ],
      sources: [
        ...config.sources,
        { name: 'secret/silverback/keys', state: 'quarantined', reason: 'broken', errors: 1, warnings: 0 },
      ],
    },
    discoveryProblems: ['endpoint 10.0.0.9 has no port of that name'],
  });
}

const WELL = [happening(1, 'all 8 gateways serve it'), happening(2, 'a warning', { level: 'warn' })];

async function withPage(
  status: Status,
  options: Parameters<typeof visit>[2],
  look: (page: Page, server: ContractServer) => Promise<void>,
): Promise<void> {
  const server = await startContractServer(status);
  for (const one of WELL) server.happen(one);
  const { page, close } = await visit(browser, server.url, options);
  try {
    await page.getByText(status.summary.sentence).waitFor();
    await look(page, server);
  } finally {
    await close();
    await server.close();
  }
}

/** What axe finds wrong, in few words. The page's own policy lets no script in, so it comes by the debugging protocol. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const results = await page.evaluate<AxeResults>('axe.run()');
  return results.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html}: ${failureSummary ?? ''}`),
  );
}

describe.each(['light', 'dark'] as const)('%s', (colorScheme) => {
  test('axe finds nothing wrong on the page, nor in the details of a gateway', () =>
    withPage(everything(), { colorScheme }, async (page) => {
      await takePicture(page, colorScheme);
      expect(await violations(page)).toEqual([]);
      await page.getByRole('button', { name: /^a-gateway/ }).click();
      await page.getByRole('dialog').waitFor();
      expect(await violations(page)).toEqual([]);
    }));

  test('axe finds nothing wrong when the connection is lost', () =>
    withPage(everything(), { colorScheme }, async (page, server) => {
      await server.down();
      await page.getByText('Connection lost').waitFor();
      expect(await violations(page)).toEqual([]);
      await server.up();
    }));
});

test.each([375, 320, 768, 1600])('at %i pixels nothing has to be scrolled sideways', (width) =>
  withPage(everything(), { viewport: { width, height: 800 } }, async (page) => {
    const overflow = () =>
      page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(await overflow()).toBe(0);
    await takePicture(page, `width-${width}`);
    await page.getByRole('button', { name: /^a-gateway/ }).click();
    const dialog = await page.getByRole('dialog').boundingBox();
    expect(dialog!.x).toBeGreaterThanOrEqual(0);
    expect(dialog!.x + dialog!.width).toBeLessThanOrEqual(width);
  }),
);

test('whoever wants no motion sees none', () =>
  withPage(everything(), { reducedMotion: 'reduce' }, async (page) => {
    const moving = await page.evaluate(() =>
      Array.from(document.querySelectorAll('*'))
        .map((element) => getComputedStyle(element))
        .filter((style) => parseFloat(style.transitionDuration) > 0 || style.animationName !== 'none')
        .map(({ animationName }) => animationName),
    );
    expect(moving).toEqual([]);
  }));

describe('500 gateways', () => {
  const renders = (page: Page) => page.evaluate<number>('window.silverbackDrawings ?? 0');

  test('a change at one draws one tile, and touches no other', () =>
    withPage(statusOf({ gateways: gatewaysOf(500) }), {}, async (page, server) => {
      expect(await page.locator('.tile').count()).toBe(500);
      const before = await renders(page);
      await page.evaluate(() => {
        const touched = new Set<string>();
        Object.assign(window, { touched });
        new MutationObserver((records) => {
          for (const { target } of records) {
            const tile = (target instanceof Element ? target : target.parentElement)?.closest('.tile');
            if (tile instanceof HTMLElement) touched.add(tile.dataset['gateway'] ?? '');
          }
        }).observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
      });
      const gateways = gatewaysOf(500).map((one) =>
        one.name === 'kong-250' ? { ...one, canary: true } : one,
      );
      server.show(statusOf({ gateways }));
      await page.locator('[data-gateway=kong-250]').getByText('canary').waitFor();
      expect((await renders(page)) - before).toBe(1);
      expect(await page.evaluate<string[]>('[...window.touched]')).toEqual(['kong-250']);
    }));

  test('they are well told apart, and axe finds nothing wrong', () =>
    withPage(
      statusOf({ gateways: [...gatewaysOf(499), gateway('kong-500', UNREACHABLE)] }),
      {},
      async (page) => {
        expect(await page.locator('.tile').first().textContent()).toContain('kong-500Unreachable');
        expect(await page.getByRole('button', { name: 'kong-499 Up to date' }).count()).toBe(1);
        expect(await violations(page)).toEqual([]);
        await takePicture(page, 'five-hundred');
      },
    ));

  test('news of everything else draws no tile', () =>
    withPage(statusOf({ gateways: gatewaysOf(500) }), {}, async (page, server) => {
      const before = await renders(page);
      for (let seq = 10; seq < 60; seq += 1) server.happen(happening(seq, `news ${seq}`));
      server.show(
        statusOf({
          gateways: gatewaysOf(500),
          summary: { level: 'working', sentence: 'something else', advice: [] },
        }),
      );
      await page.getByText('something else').waitFor();
      await page.getByText('news 59').waitFor();
      expect((await renders(page)) - before).toBe(0);
    }));
});
