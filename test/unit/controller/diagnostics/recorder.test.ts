import { describe, expect, it } from '@jest/globals';
import { createRecorder } from '../../../../src/controller/diagnostics/recorder.js';
import { createVirtualClock } from '../../../support/virtual-clock.js';

const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', namespace: 'kong', name: 'lease' };

describe('the recorder', () => {
  it("keeps the last thousand lines in the log's own words, numbered", () => {
    const recorder = createRecorder(createVirtualClock(), false);
    for (let count = 1; count <= 5_000; count += 1)
      recorder.report({ kind: 'gateway-found', gateway: `kong-${count}`, url: 'http://x' });
    const all = recorder.happenings(0);
    expect([all.length, all[0]!.seq, all.at(-1)!.seq]).toEqual([1_000, 4_001, 5_000]);
    expect(all.at(-1)).toMatchObject({
      level: 'info',
      event: 'gateway-found',
      message: 'gateway kong-5000 found at http://x',
    });
    expect(recorder.happenings(4_998).map(({ seq }) => seq)).toEqual([4_999, 5_000]);
    expect(recorder.happenings(5_000)).toEqual([]);
    expect(recorder.happenings(9_999_999)).toEqual([]);
  });

  it('leaves out what passes by, unless the log is set so', () => {
    const passing = {
      kind: 'gateway-phase',
      gateway: 'k',
      from: 'unknown',
      to: 'probing',
      revision: undefined,
      trouble: undefined,
    } as const;
    const [usual, debugging] = [false, true].map((debug) => createRecorder(createVirtualClock(), debug));
    usual!.report(passing);
    debugging!.report(passing);
    expect([usual!.happenings(0).length, debugging!.happenings(0).length]).toEqual([0, 1]);
  });

  it('knows who leads, and since when', async () => {
    const clock = createVirtualClock();
    const recorder = createRecorder(clock, false);
    expect(recorder.leader()).toBeUndefined();
    recorder.report({ kind: 'leader-observed', holder: 'sb-1' });
    expect(recorder.leader()).toEqual({ holder: 'sb-1', since: '2026-01-01T00:00:00.000Z' });
    await clock.advance(1_000);
    recorder.report({ kind: 'leader-elected', identity: 'sb-2', term: 2, lease });
    expect(recorder.leader()).toEqual({ holder: 'sb-2', since: '2026-01-01T00:00:01.000Z', lease });
    recorder.report({ kind: 'leadership-lost', term: 2, reason: 'late' });
    expect(recorder.leader()).toBeUndefined();
    recorder.report({ kind: 'leader-observed', holder: '' });
    expect(recorder.leader()).toBeUndefined();
  });

  it('counts how often a gateway drifted within ten minutes, until it leaves or we lead no more', async () => {
    const clock = createVirtualClock();
    const recorder = createRecorder(clock, false);
    const drifts = (gateway: string, cause: 'empty' | 'foreign') =>
      recorder.report({ kind: 'drift', gateway, expected: 'a', found: 'b', cause, repair: true });
    drifts('kong-1', 'foreign');
    await clock.advance(9 * 60_000);
    drifts('kong-1', 'empty');
    drifts('kong-2', 'empty');
    expect(recorder.drift('kong-1')).toMatchObject({ kind: 'empty', times: 2 });
    await clock.advance(2 * 60_000);
    expect(recorder.drift('kong-1')).toMatchObject({ times: 1 });
    recorder.report({ kind: 'gateway-left', gateway: 'kong-1' });
    expect([recorder.drift('kong-1'), recorder.drift('kong-2')?.times]).toEqual([undefined, 1]);
    recorder.report({ kind: 'leadership-lost', term: 1, reason: 'lost' });
    expect(recorder.drift('kong-2')).toBeUndefined();
  });

  it('remembers a hundred convergences, the newest first, and what discovery has to say', () => {
    const recorder = createRecorder(createVirtualClock(), false);
    for (let count = 1; count <= 150; count += 1)
      recorder.report({
        kind: 'converged',
        revision: 'r',
        gateways: count,
        durationMs: 12.3,
        cause: 'config',
      });
    recorder.report({ kind: 'converged', revision: 'r', gateways: 1, durationMs: 1, cause: 'fleet' });
    expect(recorder.convergences().map(({ gateways }) => gateways)).toEqual(
      Array.from({ length: 100 }, (_, index) => 150 - index),
    );
    expect(recorder.convergences()[0]).toMatchObject({ durationMs: 12 });
    recorder.report({ kind: 'discovery-changed', gateways: 0, problems: ['no port'] });
    expect(recorder.discoveryProblems()).toEqual(['no port']);
  });
});
