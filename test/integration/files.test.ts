import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { configBytesSince } from '../../src/demo/until.js';
import { addressOf, configOf, createTroop, overlapsIn } from '../support/troop.js';
import type { Troop } from '../support/troop.js';

jest.setTimeout(120_000);

let troop: Troop;
beforeEach(async () => {
  troop = await createTroop({ gateways: 2 });
});
afterEach(async () => {
  expect(overlapsIn(troop.world.pods())).toEqual([]);
  await troop.close();
});

const start = (...sources: string[]) =>
  troop.start([
    ...troop.world.pods().flatMap(({ kong }) => ['--kong-admin-url', kong.adminUrl]),
    ...[
      '--health-probe-bind-address',
      '127.0.0.1:0',
      '--diagnostics-bind-address',
      '127.0.0.1:0',
      '--metrics-bind-address',
      '127.0.0.1:0',
      '--log-level',
      'trace',
    ],
    ...sources,
  ]);

test('without Kubernetes, gateways by URL follow a file, written in place or renamed over', async () => {
  const file = join(troop.folder, 'kong.yaml');
  await writeFile(file, configOf('one'));
  const replica = start('--config-file', file);
  await troop.untilConverged(0);
  expect((await fetch(`${addressOf(replica, 'probes')}/readyz`)).status).toBe(200);

  const rewritten = performance.now();
  await writeFile(file, configOf('two'));
  await troop.untilConverged(rewritten);

  const renamed = performance.now();
  await writeFile(`${file}.new`, configOf('three'));
  await rename(`${file}.new`, file);
  await troop.untilConverged(renamed);

  const removed = performance.now();
  await rm(file);
  await troop.until('the hold', () => troop.said('config-held', removed).length > 0);
  expect(configBytesSince(troop.world, removed)).toBe(0);
  replica.signal('SIGTERM');
  expect(await replica.exited).toBe(0);
});

test('a mounted folder is followed through the swap of its ..data link', async () => {
  const folder = join(troop.folder, 'mounted');
  const mount = async (version: string, mark: string): Promise<void> => {
    await mkdir(join(folder, `..${version}`), { recursive: true });
    await writeFile(join(folder, `..${version}`, 'a.yaml'), configOf(mark));
    await symlink(`..${version}`, join(folder, '..data_tmp'));
    await rename(join(folder, '..data_tmp'), join(folder, '..data'));
  };
  await mount('v1', 'one');
  await symlink(join('..data', 'a.yaml'), join(folder, 'a.yaml'));
  start('--config-dir', folder);
  await troop.untilConverged(0);
  const swapped = performance.now();
  await mount('v2', 'two');
  await troop.untilConverged(swapped);
  const text = new TextDecoder().decode(troop.world.pods()[0]!.kong.config());
  expect(text).toContain('/two/0');

  const gone = performance.now();
  await rm(folder, { recursive: true });
  await troop.until('the hold', () => troop.said('config-held', gone).length > 0);
  expect(configBytesSince(troop.world, gone)).toBe(0);
});
