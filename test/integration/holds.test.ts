import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { EMPTY_HASH } from '../../src/config/revision.js';
import { configBytesSince } from '../../src/demo/until.js';
import type { Replica } from '../../src/demo/replica.js';
import { configOf, createTroop, MAIN, overlapsIn, pushesIn } from '../support/troop.js';
import type { Troop } from '../support/troop.js';

jest.setTimeout(120_000);

let troop: Troop;
let dataDir: string;
let config: string;

beforeEach(async () => {
  troop = await createTroop({ gateways: 3 });
  dataDir = join(troop.folder, 'data');
  config = join(troop.folder, 'config');
  await mkdir(dataDir);
  await mkdir(config);
});
afterEach(async () => {
  expect(overlapsIn(troop.world.pods())).toEqual([]);
  await troop.close();
});

const write = (name: string, text: string): Promise<void> => writeFile(join(config, name), text);
const hashes = (): string[] => [...new Set(troop.world.pods().map(({ kong }) => kong.hash()))];
const posts = (since = 0): number =>
  pushesIn(troop.world.pods().flatMap(({ kong }) => kong.requests)).filter(({ at }) => at >= since).length;

const start = (files: readonly string[] = ['a.yaml'], ...args: string[]): Replica =>
  troop.start([
    ...troop.world.pods().flatMap(({ kong }) => ['--kong-admin-url', kong.adminUrl]),
    ...files.flatMap((file) => ['--config-file', join(config, file)]),
    ...['--data-dir', dataDir, '--canary-hold', '100ms', '--log-level', 'trace'],
    ...['--health-probe-bind-address', 'off', '--metrics-bind-address', 'off'],
    ...['--diagnostics-bind-address', 'off'],
    ...args,
  ]);

async function stop(replica: Replica): Promise<void> {
  replica.signal('SIGTERM');
  await replica.exited;
}

function silverback(...args: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [MAIN, ...args, '--data-dir', dataDir], (error, stdout, stderr) => {
      if (error === null) resolve(stdout + stderr);
      else reject(new Error(stderr));
    });
  });
}

/** Waits until the history says so. */
async function untilHistory(
  what: string,
  holds: (history: Record<string, unknown>) => boolean,
): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    const history = JSON.parse(await silverback('history', '-o', 'json')) as Record<string, unknown>;
    if (holds(history)) return;
  }
  throw new Error(`waited in vain for ${what}: ${await silverback('history')}`);
}

/** The gateways serve one configuration, and the history knows it as last good. */
async function untilLastGood(): Promise<string> {
  await untilHistory('last good', ({ lastGood }) => hashes().length === 1 && lastGood === hashes()[0]);
  return hashes()[0]!;
}

async function held(code: string, since = 0): Promise<string> {
  const found = () =>
    troop.said('config-held', since).find(({ fields }) => String(fields['codes']).includes(code));
  await troop.until(`a hold for ${code}`, () => found() !== undefined);
  return String(found()!.fields['revision']);
}

test('an emptied configuration is held, and goes out once somebody approves', async () => {
  await write('a.yaml', configOf('one'));
  start();
  const good = await untilLastGood();
  await write('a.yaml', '_format_version: "3.0"\n');
  const revision = await held('no-entities');
  await untilHistory('the hold', (history) => JSON.stringify(history).includes('no-entities'));
  expect(hashes()).toEqual([good]);

  await silverback('approve', revision, '--reason', 'moving house');
  await troop.until('emptied gateways', () => hashes().join() !== good && hashes().length === 1);
  expect(await silverback('history')).toContain('moving house');
});

test('a change that removes most routes is held; with --allow-removal it is not', async () => {
  await write('a.yaml', configOf('one', 8));
  const replica = start();
  const good = await untilLastGood();
  await write('a.yaml', configOf('one', 2));
  await held('drastic-change');
  expect(troop.said('config-held').at(-1)!.message).toContain('removes 6 of 8 services');
  expect(hashes()).toEqual([good]);
  await stop(replica);
  start(['a.yaml'], '--allow-removal');
  await troop.until('the smaller configuration', () => !hashes().includes(good));
});

test('a restart pushes nothing; with a broken source, empty gateways come back on last good', async () => {
  await write('a.yaml', configOf('one'));
  const replica = start();
  const good = await untilLastGood();
  await stop(replica);
  const restarted = performance.now();
  const next = start();
  await troop.until('the fleet found in sync', () => troop.said('converged', restarted).length > 0);
  expect(configBytesSince(troop.world, restarted)).toBe(0);

  await stop(next);
  await write('a.yaml', 'services: [');
  for (const { kong } of troop.world.pods()) await kong.restart();
  expect(hashes()).toEqual([EMPTY_HASH]);
  start();
  await troop.until('last good on every gateway', () => hashes().join() === good);
});

test('what gateways carry already is not replaced without an approval, and the difference is shown', async () => {
  const foreign = configOf('theirs', 4);
  for (const { kong } of troop.world.pods())
    await fetch(`${kong.adminUrl}/config`, {
      method: 'POST',
      headers: { 'content-type': 'text/yaml' },
      body: foreign,
    });
  const before = hashes();
  const begun = performance.now();
  await write('a.yaml', configOf('ours', 3));
  start();
  const revision = await held('foreign-config');
  expect(troop.said('config-held').at(-1)!.message).toMatch(/removes 1 services, 1 routes; changes 3 routes/);
  expect(hashes()).toEqual(before);
  expect(posts(begun)).toBe(0);

  await silverback('approve', revision);
  await untilLastGood();
  expect(hashes()).not.toEqual(before);
});

test('what gateways carry already is adopted by itself where it is the same', async () => {
  for (const { kong } of troop.world.pods())
    await fetch(`${kong.adminUrl}/config`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ config: configOf('same') }),
    });
  await write('a.yaml', configOf('same'));
  start();
  await untilLastGood();
  expect(troop.said('config-held')).toEqual([]);
});

test('one broken file stays as it was, and the other one goes on', async () => {
  const team = (name: string, mark: string): string =>
    configOf(mark).replaceAll(/(service|route)-/g, `${name}-$1-`);
  await write('a.yaml', team('a', 'one'));
  await write('b.yaml', team('b', 'one'));
  start(['a.yaml', 'b.yaml']);
  await untilLastGood();
  const edited = performance.now();
  await write('a.yaml', `${team('a', 'two')}bogus: 1\n`);
  await troop.until('the finding', () => troop.said('config-invalid', edited).length > 0);
  const good = hashes();
  await write('b.yaml', team('b', 'two'));
  await troop.until('the quarantine', () => troop.said('source-quarantined', edited).length > 0);
  await troop.until('the other edit', () => hashes().length === 1 && hashes()[0] !== good[0]);
  const served = Buffer.from(troop.world.pods()[0]!.kong.config()!).toString();
  expect(served).toContain('"a-route-0","paths":["/one/0"]');
  expect(served).toContain('"b-route-0","paths":["/two/0"]');
});

test('rollback, pause and their end are taken up at once, and outlive a restart', async () => {
  await write('a.yaml', configOf('one'));
  const replica = start();
  const first = await untilLastGood();
  await write('a.yaml', configOf('two'));
  await troop.until('the second revision', () => !hashes().includes(first));
  const second = await untilLastGood();

  await silverback('rollback');
  await troop.until('the first revision again', () => hashes().join() === first);
  await stop(replica);
  const restarted = performance.now();
  const next = start();
  await troop.until('the word', () => troop.said('revision-withdrawn', restarted).length > 0);
  expect(hashes()).toEqual([first]);
  expect(configBytesSince(troop.world, restarted)).toBe(0);

  await silverback('rollout', 'pause');
  await write('a.yaml', configOf('three'));
  await troop.until('the third revision', () => troop.said('desired-changed', restarted).length > 1);
  await stop(next);
  start();
  expect(hashes()).toEqual([first]);
  await silverback('rollout', 'resume');
  await troop.until(
    'the third revision',
    () => ![first, second].includes(hashes().join()) && hashes().length === 1,
  );
  expect(hashes()).not.toContain(EMPTY_HASH);
});
