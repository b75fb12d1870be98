// What takes the compiler seconds must take neither the lease nor the probes anything. How long they take is bench/'s affair.
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, jest, test } from '@jest/globals';
import { addressOf, createTroop } from '../support/troop.js';
import type { Troop } from '../support/troop.js';

jest.setTimeout(120_000);

let troop: Troop;
let folder: string;
afterEach(async () => {
  await troop.close();
  await rm(folder, { recursive: true });
});

const configOfServices = (count: number): string => {
  const services = Array.from({ length: count }, (_, i) => ({
    name: `service-${i}`,
    url: `http://service-${i}.test:8080`,
    routes: [{ name: `route-${i}`, paths: [`/some/path/of/${i}`], tags: ['x'.repeat(100)] }],
  }));
  return JSON.stringify({ _format_version: '3.0', services });
};

test('while 30 MB compile the probes are answered and the lease is renewed', async () => {
  folder = await mkdtemp(join(tmpdir(), 'silverback-large-'));
  const file = join(folder, 'kong.json');
  await writeFile(file, configOfServices(1));
  troop = await createTroop({ args: ['--config-file', file] });
  const replica = troop.start();
  const compiled = () => replica.lines.filter(({ event }) => event === 'config-compiled');
  await troop.untilLeader();
  await troop.until('the first configuration', () => compiled().length === 1);
  const probes = addressOf(replica, 'probes');

  const large = configOfServices(135_000);
  expect(large.length).toBeGreaterThan(30_000_000);
  await writeFile(`${file}.new`, large);
  const edited = performance.now();
  await rename(`${file}.new`, file);
  // From the first change that the compiler is asked about: reading 30 MB is no part of it.
  await troop.until('a change', () => troop.said('source-changed', edited).length > 0);
  let renewals = 0;
  const stop = troop.world.kube.onChange(({ object }) => {
    if (object.kind === 'Lease') renewals += 1;
  });
  let answers = 0;
  while (compiled().length === 1) {
    expect((await fetch(`${probes}/healthz`)).status).toBe(200);
    answers += 1;
  }
  stop();
  expect(compiled()[1]?.fields['bytes']).toBeGreaterThan(25_000_000);
  // One answer, or one renewal, may be under way as a blocked loop begins and come as it ends.
  expect(answers).toBeGreaterThan(20);
  expect(renewals).toBeGreaterThan(1);
  expect(troop.said('leadership-lost')).toEqual([]);
});
