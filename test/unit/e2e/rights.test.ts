import { expect, test } from '@jest/globals';
import { refusedIn, rightsIn, unusedAmong, wordsOf } from '../../e2e/support/rights.js';
import type { AuditedRequest } from '../../e2e/support/rights.js';

const asked: AuditedRequest = {
  user: 'system:serviceaccount:silverback:silverback',
  verb: 'get',
  group: 'coordination.k8s.io',
  resource: 'leases',
  namespace: 'silverback',
  name: 'the-lease',
  status: 200,
};

const rules = [
  {
    verbs: ['get', 'update'],
    apiGroups: ['coordination.k8s.io'],
    resources: ['leases'],
    resourceNames: ['the-lease'],
  },
  { verbs: ['list'], apiGroups: [''], resources: ['configmaps'] },
];

test('rules are taken apart into single rights', () => {
  expect(rightsIn(rules, 'silverback').map(wordsOf)).toEqual([
    'get leases.coordination.k8s.io "the-lease" in silverback',
    'update leases.coordination.k8s.io "the-lease" in silverback',
    'list configmaps in silverback',
  ]);
});

test('a right is used by a request for just that, and by no other', () => {
  const rights = rightsIn(rules, 'silverback');
  const used: AuditedRequest[] = [
    asked,
    { ...asked, verb: 'update', name: 'another-lease' },
    { ...asked, verb: 'list', group: '', resource: 'configmaps', name: '', namespace: 'kong' },
  ];
  expect(unusedAmong(rights, used).map(wordsOf)).toEqual([
    'update leases.coordination.k8s.io "the-lease" in silverback',
    'list configmaps in silverback',
  ]);
  expect(unusedAmong(rights, [asked, { ...asked, verb: 'update' }]).map(wordsOf)).toEqual([
    'list configmaps in silverback',
  ]);
});

test('a request that was refused names who may not do what', () => {
  expect(refusedIn([asked, { ...asked, status: 403 }])).toEqual([
    'system:serviceaccount:silverback:silverback may not get leases.coordination.k8s.io "the-lease" in silverback',
  ]);
});
