import { expect, test } from '@jest/globals';
import { EMPTY_HASH } from '../../../src/config/revision.js';
import { reportObserved } from '../../../src/controller/observed.js';
import type { JsonAnswer } from '../../../src/gateway/schemas.js';
import type { Happening } from '../../../src/report/happening.js';
import { createVirtualClock } from '../../support/virtual-clock.js';

const REVISION = 'a'.repeat(32);
const NOTHING = { added: {}, removed: {}, changed: {} };
const withheld = (gateway: string, found: string): Happening => ({
  kind: 'would-push',
  gateway,
  revision: REVISION,
  found,
});

function observe(answer: (gateway: string) => JsonAnswer, leading = true) {
  const said: Happening[] = [];
  const asked: string[] = [];
  let atOnce = 0;
  const observer = reportObserved({
    clock: createVirtualClock(),
    random: () => 0.5,
    report: (happening) => void said.push(happening),
    leading: () => leading,
    gateways: () => ['kong-1', 'kong-2'].map((name) => ({ key: name, name, url: `http://${name}:8001` })),
    reader: {
      async read(gateway, path) {
        expect(path).toBe('/config');
        asked.push(gateway.name);
        atOnce += 1;
        expect(atOnce).toBe(1);
        await Promise.resolve();
        atOnce -= 1;
        return answer(gateway.name);
      },
    },
    compiler: {
      compare({ text, live }, revision) {
        expect([live, revision]).toEqual([true, REVISION]);
        return Promise.resolve(text === 'bad' ? undefined : NOTHING);
      },
    },
  });
  const settled = async (): Promise<void> => {
    for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
  };
  return { ...observer, said, asked, settled };
}

const shows = (config: string): JsonAnswer => ({ kind: 'json', value: { config } });
const kinds = (said: readonly Happening[]): string[] => said.map(({ kind }) => kind);

test('what one gateway shows is told of all that have its hash, once', async () => {
  const { report, said, asked, settled } = observe(() => shows('live'));
  for (const gateway of ['kong-1', 'kong-2', 'kong-1']) report(withheld(gateway, 'b'.repeat(32)));
  await settled();
  expect(asked).toEqual(['kong-1']);
  const told = said.filter(({ kind }) => kind === 'would-change');
  expect(told).toEqual(
    ['kong-1', 'kong-2'].map((gateway) => ({
      kind: 'would-change',
      gateway,
      revision: REVISION,
      changes: NOTHING,
    })),
  );
});

test('gateways with hashes of their own are asked one after the other', async () => {
  const { report, asked, settled } = observe(() => shows('live'));
  report(withheld('kong-1', 'b'.repeat(32)));
  report(withheld('kong-2', 'c'.repeat(32)));
  await settled();
  expect(asked).toEqual(['kong-1', 'kong-2']);
});

test('what cannot be read, or understood, is told as such, and another gateway asked', async () => {
  const trouble = { code: '404', reason: 'there is no such path' };
  const { report, said, asked, settled } = observe((gateway) =>
    gateway === 'kong-1' ? { kind: 'failed', trouble } : shows('bad'),
  );
  report(withheld('kong-1', 'b'.repeat(32)));
  report(withheld('kong-2', 'b'.repeat(32)));
  await settled();
  expect(asked).toEqual(['kong-1', 'kong-2']);
  expect(said.slice(2)).toMatchObject([
    { kind: 'served-unreadable', gateway: 'kong-1', trouble },
    { kind: 'served-unreadable', gateway: 'kong-2', trouble: { code: 'not-understood' } },
  ]);
});

test('an empty gateway, a follower and one that has stopped ask nobody', async () => {
  const empty = observe(() => shows('live'));
  empty.report(withheld('kong-1', EMPTY_HASH));
  const follower = observe(() => shows('live'), false);
  follower.report(withheld('kong-1', 'b'.repeat(32)));
  const stopped = observe(() => shows('live'));
  stopped.stop();
  stopped.report(withheld('kong-1', 'b'.repeat(32)));
  for (const { settled, asked, said } of [empty, follower, stopped]) {
    await settled();
    expect(asked).toEqual([]);
    expect(kinds(said)).toEqual(['would-push']);
  }
});
