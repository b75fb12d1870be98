import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseReview, reviewAnswer } from '../../../../src/kube/admission/review.js';

const REQUEST = {
  uid: 'u1',
  kind: { group: '', version: 'v1', kind: 'ConfigMap' },
  namespace: 'shop',
  name: 'routes',
  operation: 'CREATE',
  object: { metadata: { name: 'routes' } },
  oldObject: null,
  dryRun: true,
};
const review = (request: object): object => ({
  apiVersion: 'admission.k8s.io/v1',
  kind: 'AdmissionReview',
  request,
});

describe('a review', () => {
  test('is read', () => {
    expect(parseReview(review(REQUEST))).toEqual({
      uid: 'u1',
      operation: 'CREATE',
      group: '',
      kind: 'ConfigMap',
      namespace: 'shop',
      name: 'routes',
      object: { metadata: { name: 'routes' } },
      oldObject: undefined,
      dryRun: true,
    });
  });

  test.each([
    [{}, 'is no admission.k8s.io/v1 AdmissionReview'],
    [[], 'is no admission.k8s.io/v1 AdmissionReview'],
    [{ ...review(REQUEST), apiVersion: 'admission.k8s.io/v1beta1' }, 'is no admission.k8s.io/v1'],
    [review({ ...REQUEST, uid: '' }), 'has no request.uid'],
  ])('%j is refused', (body, words) => {
    expect(() => parseReview(body)).toThrow(words);
  });

  test('of any shape is read, or refused with an Error', () => {
    fc.assert(
      fc.property(fc.anything(), fc.anything(), (one, other) => {
        const body = review({ uid: 'u', kind: one, namespace: other, object: one, oldObject: other });
        expect(parseReview(body).uid).toBe('u');
        try {
          parseReview(one);
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
        }
      }),
    );
  });
});

describe('an answer', () => {
  test('that refuses has a status with the message', () => {
    expect(reviewAnswer('u1', { allowed: false, message: 'port must be …', warnings: [] })).toEqual({
      apiVersion: 'admission.k8s.io/v1',
      kind: 'AdmissionReview',
      response: {
        uid: 'u1',
        allowed: false,
        status: { code: 422, reason: 'Invalid', message: 'port must be …' },
      },
    });
  });

  test('has a few short warnings, however many there are', () => {
    const warnings = Array.from({ length: 50 }, () => 'w'.repeat(5_000));
    const answer = reviewAnswer('u1', { allowed: true, warnings }) as {
      response: { status?: object; warnings: string[] };
    };
    expect(answer.response.status).toBeUndefined();
    expect(answer.response.warnings).toHaveLength(9);
    expect(answer.response.warnings.join('').length).toBeLessThan(4_096);
    expect(answer.response.warnings.at(-1)).toBe('and 42 more');
  });
});
