import { expect, it } from '@jest/globals';
import { createFirstPushGate } from '../../../src/controller/first-push-gate.js';
import type { Difference } from '../../../src/controller/difference.js';
import type { Carrier } from '../../../src/controller/first-push.js';
import type { Happening } from '../../../src/report/happening.js';
import { createVirtualClock } from '../../support/virtual-clock.js';

const SAME: Difference = { changes: { added: {}, removed: {}, changed: {} } };
const OTHER: Difference = { changes: { added: {}, removed: { routes: 1 }, changed: {} } };
const UNREAD: Difference = { trouble: { code: 'timeout', reason: 'it timed out' } };

const carrying = (name: string, hash: string): Carrier => ({
  member: { key: name, name, url: `http://${name}:8001` },
  state: { hash, failures: 0 },
});

/** A gate before gateways that carry a configuration, each under a hash of its own. */
function gateBefore(differences: Record<string, Difference>, begun?: string) {
  const clock = createVirtualClock();
  const asked: string[] = [];
  const told: Happening[] = [];
  const gate = createFirstPushGate({
    clock,
    report: (happening) => void told.push(happening),
    gateways: () => Object.keys(differences).map((name) => carrying(name, `hash-of-${name}`)),
    begun: () => begun,
    difference: ({ name }) => {
      asked.push(name);
      return Promise.resolve(differences[name]!);
    },
    objects: () => [],
    onChange: () => undefined,
  });
  /** Looks until nothing is asked any more; gives whether a push waits. */
  const settle = async (): Promise<boolean> => {
    for (let looks = 0; looks < 10; looks += 1) {
      gate.waits('new');
      await new Promise(setImmediate);
    }
    return gate.waits('new');
  };
  return { gate, clock, asked, told, differences, settle };
}

it('lets a push go where every gateway carries the same in content, each under another hash', async () => {
  const { gate, asked, told, settle } = gateBefore({ a: SAME, b: SAME, c: SAME });
  expect(gate.waits('new')).toBe(true);
  expect(await settle()).toBe(false);
  expect(asked).toEqual(['a', 'b', 'c']);
  expect([gate.held(), told]).toEqual([undefined, []]);
});

it('holds it, and says why once, where a single one carries something else, however many are the same', async () => {
  const { gate, asked, told, settle } = gateBefore({ a: SAME, b: OTHER, c: OTHER });
  expect(await settle()).toBe(true);
  expect(asked).toEqual(['a', 'b']);
  expect(gate.held()?.reasons).toEqual([expect.stringMatching(/^b and 2 more carry .*removes 1 routes?/)]);
  expect(told).toEqual([expect.objectContaining({ kind: 'config-held', codes: ['foreign-config'] })]);
});

it('does not take for foreign what it let go before, or what an earlier leader began to roll out', async () => {
  const { gate, asked, settle } = gateBefore({ a: SAME, b: OTHER }, 'hash-of-b');
  expect(await settle()).toBe(false);
  expect(gate.waits('newer')).toBe(false);
  expect(asked).toEqual(['a']);
  const { gate: other, differences } = gateBefore({});
  expect(other.waits('hash-of-a')).toBe(false);
  differences['a'] = OTHER;
  expect(other.waits('new')).toBe(false);
});

it('asks a gateway that could not be read again later', async () => {
  const { gate, clock, asked, differences, settle } = gateBefore({ a: UNREAD });
  expect(await settle()).toBe(true);
  expect(gate.held()?.reasons).toEqual([expect.stringContaining('it timed out')]);
  differences['a'] = SAME;
  expect(await settle()).toBe(true);
  await clock.advance(60_000);
  expect(await settle()).toBe(false);
  expect(asked).toEqual(['a', 'a']);
});

it('knows what its own sources said before, whichever replica put it on the gateways, and asks nobody', async () => {
  const { gate, asked, settle } = gateBefore({ a: OTHER, b: OTHER });
  gate.made('hash-of-a');
  gate.made('hash-of-b');
  expect(await settle()).toBe(false);
  expect(asked).toEqual([]);
});
