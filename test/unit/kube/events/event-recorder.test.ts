import { describe, expect, test } from '@jest/globals';

import { resourceOfKind } from '../../../../src/emulator/kube/resources.js';
import { createClient } from '../../../../src/kube/client/client.js';
import { createEventRecorder, type EventRecorder } from '../../../../src/kube/events/event-recorder.js';
import { cutToBytes, type KubeEvent } from '../../../../src/kube/events/event.js';
import type { Happening } from '../../../../src/report/happening.js';
import { createVirtualClock, type VirtualClock } from '../../../support/virtual-clock.js';
import { createVirtualKube, type VirtualKube, type VirtualNetwork } from '../../../support/virtual-kube.js';
import { createVirtualProcess } from '../../../support/virtual-process.js';
import { seededRandom } from '../../../support/virtual-replicas.js';

const EVENT = resourceOfKind('Event');
const MAP = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'kong', name: 'config', uid: 'u1' };

interface World {
  readonly clock: VirtualClock;
  readonly kube: VirtualKube;
  readonly network: VirtualNetwork;
  readonly recorder: EventRecorder;
  readonly happenings: Happening[];
  readonly events: () => Record<string, unknown>[];
  readonly dropped: () => string[];
}

function start(parts: Partial<VirtualNetwork> = {}): World {
  const clock = createVirtualClock();
  const kube = createVirtualKube(clock);
  const { send, network } = kube.connect(createVirtualProcess(clock), parts);
  const happenings: Happening[] = [];
  const recorder = createEventRecorder({
    client: createClient({ send, clock }),
    clock,
    random: seededRandom('events'),
    component: 'silverback',
    instance: 'pod-1',
    report: (happening) => happenings.push(happening),
  });
  return {
    clock,
    kube,
    network,
    recorder,
    happenings,
    events: () => kube.store.list(EVENT, undefined).map((object) => ({ ...object })),
    dropped: () => happenings.map((one) => (one.kind === 'event-dropped' ? one.reason : one.kind)),
  };
}

function event(message = 'line 3: port must be integer', object = MAP): KubeEvent {
  return { object, type: 'Warning', reason: 'ConfigurationInvalid', message };
}

describe('an event', () => {
  test('is written on its object, with who says it and when', async () => {
    const { clock, recorder, events } = start();
    await clock.advance(1500);
    recorder.record(event());
    await clock.advance(100);
    expect(events()).toMatchObject([
      {
        kind: 'Event',
        metadata: { namespace: 'kong' },
        involvedObject: MAP,
        type: 'Warning',
        reason: 'ConfigurationInvalid',
        message: 'line 3: port must be integer',
        source: { component: 'silverback' },
        reportingComponent: 'silverback',
        reportingInstance: 'pod-1',
        firstTimestamp: '2026-01-01T00:00:01Z',
        lastTimestamp: '2026-01-01T00:00:01Z',
        count: 1,
      },
    ]);
    expect((events()[0]!['metadata'] as { name: string }).name).toMatch(/^config\.[0-9a-f]{16}$/);
  });

  test('on an object without a namespace goes to the default one', async () => {
    const { clock, recorder, events } = start();
    recorder.record(event('x', { ...MAP, namespace: '' }));
    await clock.advance(100);
    expect(events()[0]!['metadata']).toMatchObject({ namespace: 'default' });
  });

  test('has a name that Kubernetes takes, however long that of its object is', async () => {
    const { clock, recorder, events, happenings } = start();
    recorder.record(event('x', { ...MAP, name: `${'a'.repeat(229)}.${'b'.repeat(23)}` }));
    await clock.advance(100);
    expect(events()).toHaveLength(1);
    expect(happenings).toEqual([]);
  });

  test('has a message of at most 1024 bytes', async () => {
    const { clock, recorder, events } = start();
    recorder.record(event('ä'.repeat(2000)));
    await clock.advance(100);
    const message = events()[0]!['message'] as string;
    expect(Buffer.byteLength(message)).toBeLessThanOrEqual(1024);
    expect(message).toMatch(/^ä{510}…$/);
  });
});

test('a text is cut between characters', () => {
  expect(cutToBytes('short', 10)).toBe('short');
  expect(cutToBytes('1234567890', 10)).toBe('1234567890');
  expect(cutToBytes('12345678901', 10)).toBe('1234567…');
  for (let limit = 4; limit < 20; limit += 1) {
    const cut = cutToBytes('a😀b😀c😀d😀e', limit);
    expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(limit);
    expect(cut).not.toContain('\ufffd');
  }
});

describe('the same thing said again', () => {
  test('before it was written is counted in the one that is', async () => {
    const { clock, recorder, events, kube } = start();
    for (let time = 0; time < 7; time += 1) recorder.record(event());
    await clock.advance(100);
    expect(events()).toMatchObject([{ count: 7 }]);
    expect(kube.requests).toHaveLength(1);
  });

  test('later, or while it is being written, is counted up', async () => {
    const { clock, recorder, events, kube } = start();
    recorder.record(event());
    await clock.advance(5);
    recorder.record(event());
    await clock.advance(60_000);
    recorder.record(event());
    await clock.advance(100);
    expect(events()).toMatchObject([
      { count: 3, firstTimestamp: '2026-01-01T00:00:00Z', lastTimestamp: '2026-01-01T00:01:00Z' },
    ]);
    expect(kube.requests.map((one) => one.split(' ')[0])).toEqual(['POST', 'PATCH', 'PATCH']);
  });

  test('after the Event was forgotten by Kubernetes makes a new one', async () => {
    const { clock, recorder, events, kube } = start();
    recorder.record(event());
    await clock.advance(100);
    kube.store.remove(EVENT, 'kong', kube.store.list(EVENT, 'kong')[0]!.metadata.name);
    recorder.record(event());
    await clock.advance(100);
    expect(events()).toHaveLength(1);
  });

  test('about another object, or with another reason, is not the same', async () => {
    const { clock, recorder, events } = start();
    recorder.record(event());
    recorder.record(event('other words'));
    recorder.record(event(undefined, { ...MAP, uid: 'u2' }));
    recorder.record({ ...event(), reason: 'Other' });
    await clock.advance(1000);
    expect(events()).toHaveLength(4);
  });
});

describe('what is alike but for its words', () => {
  test('is three Events, and one for all others, which has the newest words and counts them', async () => {
    const { clock, recorder, events } = start();
    for (let index = 0; index < 12; index += 1) {
      recorder.record(event(`message ${index}`));
      await clock.advance(1_000);
    }
    expect(new Set(events().map(({ message, count }) => `${String(count)} ${String(message)}`))).toEqual(
      new Set(['1 message 0', '1 message 1', '1 message 2', '9 (combined from similar events): message 11']),
    );
  });

  test('is told apart again after ten quiet minutes', async () => {
    const { clock, recorder, events } = start();
    for (let index = 0; index < 5; index += 1) recorder.record(event(`message ${index}`));
    await clock.advance(600_001);
    recorder.record(event('something new'));
    await clock.advance(1_000);
    expect(events().map(({ message }) => message)).toContain('something new');
  });
});

describe('limits', () => {
  test('hold for one object, which gets room again with time', async () => {
    const { clock, recorder, events, dropped, kube } = start();
    const writes = (): number => kube.requests.length;
    for (let index = 0; index < 40; index += 1) {
      recorder.record(event());
      await clock.advance(1_000);
    }
    expect(writes()).toBe(25);
    await clock.advance(600_000);
    for (let index = 0; index < 10; index += 1) {
      recorder.record(event());
      await clock.advance(1_000);
    }
    expect(writes()).toBe(27);
    // What was not written when it happened is counted all the same, and nothing is said to be lost.
    expect(events()).toMatchObject([{ count: 42 }]);
    expect(dropped()).toEqual([]);
  });

  test('hold for each reason, so that a flood of one hides no other', async () => {
    const { clock, recorder, events } = start();
    for (let index = 0; index < 40; index += 1) {
      recorder.record(event());
      await clock.advance(1_000);
    }
    recorder.record({ ...event(), reason: 'Other' });
    await clock.advance(1_000);
    expect(events().map(({ reason }) => reason)).toContain('Other');
  });

  test('hold for all together', async () => {
    const { clock, recorder, events, dropped } = start();
    for (let index = 0; index < 200; index += 1) {
      recorder.record(event('x', { ...MAP, name: `config-${index}` }));
    }
    await clock.advance(60_000);
    expect(events()).toHaveLength(100);
    expect(dropped().at(-1)).toMatch(/too many lately/);
  });

  test('hold for what waits while the API server hangs', async () => {
    const { clock, recorder, dropped, network } = start({ partitioned: true });
    for (let index = 0; index < 900; index += 1) {
      recorder.record(event('x', { ...MAP, name: `config-${index}` }));
      await clock.advance(200);
    }
    expect(dropped().some((reason) => reason.includes('too many are waiting'))).toBe(true);
    network.partitioned = false;
  });
});

describe('when the API server', () => {
  test('fails for a moment, the event is written on a later try', async () => {
    let failed = 0;
    const { clock, recorder, events, happenings } = start({
      intercept: () => ((failed += 1) <= 2 ? { status: 500, body: '' } : undefined),
    });
    recorder.record(event());
    await clock.advance(10_000);
    expect(events()).toHaveLength(1);
    expect(happenings).toEqual([]);
  });

  test('goes on failing, the event is dropped with a word, and the next one tried', async () => {
    const { clock, recorder, events, network, dropped } = start({
      intercept: () => ({ status: 503, body: '' }),
    });
    recorder.record(event());
    await clock.advance(10_000);
    expect(dropped()).toHaveLength(1);
    expect(dropped()[0]).toMatch(/503/);
    network.intercept = () => undefined;
    recorder.record(event());
    await clock.advance(10_000);
    expect(events()).toHaveLength(1);
  });

  test('refuses, the event is dropped at once', async () => {
    const { clock, recorder, kube, dropped } = start({ intercept: () => ({ status: 403, body: '' }) });
    recorder.record(event());
    await clock.advance(10_000);
    expect(kube.requests).toHaveLength(1);
    expect(dropped()[0]).toMatch(/403 Forbidden/);
  });

  test('loses its answer, the event is written once', async () => {
    let lost = 0;
    const { clock, recorder, events, happenings } = start({
      loses: () => ((lost += 1) === 1 ? 'answer' : undefined),
    });
    recorder.record(event());
    await clock.advance(20_000);
    expect(events()).toMatchObject([{ count: 1 }]);
    expect(happenings).toEqual([]);
  });
});

describe('at the end', () => {
  test('what waits is written', async () => {
    const { clock, recorder, events } = start();
    for (let index = 0; index < 10; index += 1) recorder.record({ ...event(), reason: `Reason${index}` });
    const closed = recorder.close();
    recorder.record(event('too late'));
    await clock.advance(1000);
    await closed;
    expect(events()).toHaveLength(10);
  });

  test('nobody waits longer than two seconds', async () => {
    const { clock, recorder } = start({ partitioned: true });
    for (let index = 0; index < 10; index += 1) recorder.record(event(`message ${index}`));
    let closed = false;
    void recorder.close().then(() => (closed = true));
    await clock.advance(1999);
    expect(closed).toBe(false);
    await clock.advance(1);
    expect(closed).toBe(true);
  });
});
