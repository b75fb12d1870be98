import { describe, expect, test } from '@jest/globals';

import { createVirtualClock } from '../../../support/virtual-clock.js';
import { createVirtualKube } from '../../../support/virtual-kube.js';
import { startVirtualReplica } from '../../../support/virtual-replicas.js';

describe('an election', () => {
  test('makes one of three leader at once', async () => {
    const clock = createVirtualClock();
    const kube = createVirtualKube(clock);
    const replicas = ['a', 'b', 'c'].map((identity) => startVirtualReplica(clock, kube, identity));
    await clock.until(() => replicas.some((replica) => replica.leads()), 1000);
    console.log(clock.now(), replicas.map((r) => r.leads()), replicas[0]!.happenings, kube.requests);
    await clock.advance(20_000);
    console.log(clock.now(), replicas.map((r) => r.leads()), replicas.map((r) => r.happenings), kube.requests.length);
    const l = replicas.find((r) => r.leads())!;
    l.process.kill();
    const at = clock.now();
    await clock.until(() => replicas.some((replica) => replica.leads()));
    console.log(clock.now() - at, replicas.map((r) => r.happenings), kube.requests.slice(0));
    const l2 = replicas.find((r) => r.leads())!;
    const at2 = clock.now();
    void l2.elector.release();
    expect(l2.leads()).toBe(false);
    await clock.until(() => replicas.some((replica) => replica.leads()));
    console.log(clock.now() - at2);
  });
});
