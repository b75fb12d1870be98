// A fleet that something is going to befall: a real controller, emulated gateways, and the page in a browser.
import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import type { Replica } from '../../../src/demo/replica.js';
import type { KongEmulatorOptions } from '../../../src/emulator/kong/server/options.js';
import { configOf, createTroop, MAIN } from '../../support/troop.js';
import type { Troop } from '../../support/troop.js';
import { visit } from './browser.js';

export interface FaultStage {
  readonly troop: Troop;
  readonly url: string;
  readonly page: Page;
  readonly complaints: readonly string[];
  /** Changes what the gateways should serve. */
  readonly edit: (text?: string) => void;
  /** `silverback`, on the history of the stage. */
  readonly decide: (...words: string[]) => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface StageOptions {
  readonly args?: readonly string[];
  readonly kong?: KongEmulatorOptions;
  readonly replicas?: number;
  /** Gives arguments that hang on files in the stage's folder. */
  readonly prepare?: (folder: string) => Promise<readonly string[]>;
  /** Which replica the page is opened at. */
  readonly at?: 'leader' | 'follower';
}

const GATEWAYS = 6;

async function dashboardOf(troop: Troop, replica: Replica): Promise<string> {
  const line = () =>
    replica.lines.find(({ event, message }) => event === 'serving' && message.startsWith('dashboard'));
  await troop.until('the dashboard', () => line() !== undefined);
  return `http://${String(line()?.fields['address'])}/`;
}

/** Six gateways that serve the same, and a page that says so. */
export async function setStage(browser: Browser, options: StageOptions): Promise<FaultStage> {
  const troop = await createTroop({ gateways: GATEWAYS, ...(options.kong && { kong: options.kong }) });
  const dataDir = join(troop.folder, 'data');
  await mkdir(dataDir);
  const args = [
    ...troop.standard,
    ...['--diagnostics-bind-address', '127.0.0.1:0', '--log-level', 'info'],
    ...((options.replicas ?? 1) === 1 ? ['--data-dir', dataDir] : []),
    ...(options.args ?? []),
    ...((await options.prepare?.(troop.folder)) ?? []),
  ];
  for (let count = 0; count < (options.replicas ?? 1); count += 1) troop.start(args);
  let edits = 0;
  const edit = (text?: string): void => {
    edits += 1;
    troop.world.setConfig('shop', { 'kong.yaml': text ?? configOf(`edit-${edits}`) });
  };
  edit();
  await troop.untilConverged(0);
  const leader = await troop.untilLeader();
  const follower = troop.replicas.find((replica) => replica !== leader) ?? leader;
  const url = await dashboardOf(troop, options.at === 'follower' ? follower : leader);
  const { page, complaints, close } = await visit(browser, url);
  return {
    troop,
    url,
    page,
    complaints,
    edit,
    decide: (...words) =>
      new Promise((resolve, reject) => {
        execFile(process.execPath, [MAIN, ...words, '--data-dir', dataDir], (error, _stdout, stderr) => {
          if (error === null) resolve();
          else reject(new Error(stderr));
        });
      }),
    async close() {
      await close();
      await troop.close();
    },
  };
}
