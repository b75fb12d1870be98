import { describe, expect, test } from '@jest/globals';

import {
  changedLease,
  microTime,
  newLease,
  parseLease,
  recordOf,
} from '../../../../src/kube/election/lease.js';

const CLAIM = {
  holder: 'me',
  durationSeconds: 15,
  acquireTime: '2026-01-01T00:00:00.000000Z',
  renewTime: '2026-01-01T00:00:02.000000Z',
  transitions: 3,
};
const METADATA = {
  name: 'l',
  namespace: 'n',
  uid: 'u',
  resourceVersion: '5',
  labels: { kept: 'yes' },
  ownerReferences: [{ uid: 'o' }],
};

describe('a Lease', () => {
  test.each([[undefined], [null], ['text'], [[]], [{ holderIdentity: 5, leaseTransitions: 'x' }]])(
    'is read whatever its spec is: %j',
    (spec) => {
      expect(parseLease({ metadata: METADATA, spec })).toMatchObject({
        holder: '',
        durationSeconds: undefined,
        renewTime: undefined,
        transitions: 0,
      });
    },
  );

  test.each([[undefined], [null], [[]], [{}], [{ metadata: { name: 'l' } }]])(
    'is not read from what is no stored object: %j',
    (object) => {
      expect(() => parseLease(object)).toThrow(/metadata/);
    },
  );

  test('is replaced with its resourceVersion and uid, and everything in it that is not ours', () => {
    const lease = parseLease({ metadata: METADATA, spec: { strategy: 'Other', holderIdentity: 'x' } });
    expect(changedLease(lease, CLAIM)).toMatchObject({
      metadata: METADATA,
      spec: { strategy: 'Other', holderIdentity: 'me', leaseDurationSeconds: 15, leaseTransitions: 3 },
    });
  });

  test('has the same record after a change of labels, and another after a renewal', () => {
    const lease = parseLease({ metadata: METADATA, spec: { holderIdentity: 'x' } });
    const labelled = parseLease({
      ...lease.object,
      metadata: { ...METADATA, resourceVersion: '6', labels: {} },
    });
    const renewed = parseLease(changedLease(lease, CLAIM));
    expect(recordOf(labelled)).toBe(recordOf(lease));
    expect(recordOf(renewed)).not.toBe(recordOf(lease));
  });

  test('is created by name', () => {
    expect(newLease('l', 'n', CLAIM)).toMatchObject({
      kind: 'Lease',
      metadata: { name: 'l', namespace: 'n' },
      spec: { holderIdentity: 'me' },
    });
  });

  test("writes times with the six digits that Kubernetes' parser demands", () => {
    expect(microTime(new Date('2026-01-01T00:00:00Z'))).toBe('2026-01-01T00:00:00.000000Z');
    expect(microTime(new Date('2026-01-01T00:00:00.5Z'), 7)).toBe('2026-01-01T00:00:00.500007Z');
  });
});
