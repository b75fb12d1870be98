import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { neededRights, roleSnippet } from '../../../../src/cli/doctor/rights.js';
import type { Right } from '../../../../src/cli/doctor/rights.js';
import type { Cluster } from '../../../../src/controller/cluster.js';
import { readSettings } from '../../../../src/settings/read.js';
import type { Raw } from '../../../../src/settings/read.js';

const CLUSTER = { namespace: 'silverback' } as Cluster;

function rightsFor(given: Raw): Right[] {
  return neededRights(readSettings(given, {}).values, CLUSTER, true);
}

interface Rule {
  readonly apiGroups: string[];
  readonly resources: string[];
  readonly resourceNames?: string[];
  readonly verbs: string[];
}

/** Each right on its own, so that rules that are cut differently compare. */
function spread(namespace: string, rules: readonly Rule[]): string[] {
  return rules.flatMap(({ apiGroups, resources, resourceNames = ['*'], verbs }) =>
    apiGroups.flatMap((group) =>
      resources.flatMap((resource) =>
        resourceNames.flatMap((name) =>
          verbs.map((verb) => [namespace, group, resource, name, verb].join(' ')),
        ),
      ),
    ),
  );
}

describe('the rights that are asked for', () => {
  test('are exactly those that the plain manifest grants for the same settings', () => {
    const manifest = readFileSync(new URL('../../../../deploy/silverback.yaml', import.meta.url), 'utf8');
    const roles = parseAllDocuments(manifest)
      .map(
        (document) =>
          document.toJS() as { kind?: string; metadata: { namespace: string }; rules: Rule[] } | null,
      )
      .filter((object) => object?.kind === 'Role');
    const granted = roles.flatMap((role) => spread(role!.metadata.namespace, role!.rules));
    const needed = rightsFor({
      'kong-admin-svc': ['kong/kong-admin'],
      'config-selector': ['silverback.dev/config=true'],
      'history-secret': ['silverback-history'],
      'election-id': ['silverback'],
    }).flatMap(({ namespace, resource, verbs, names }) =>
      spread(namespace, [
        {
          apiGroups: [resource.group],
          resources: [resource.plural],
          ...(names !== undefined && { resourceNames: [...names] }),
          verbs: [...verbs],
        },
      ]),
    );
    // The name of the Lease is the chart's; everything else is compared as it is.
    const withoutLease = (rights: readonly string[]): string[] =>
      rights.map((right) => right.replace(/( leases )[^* ]\S*/, '$1NAME')).sort();
    expect(withoutLease(needed)).toEqual(withoutLease(granted));
  });

  test('are none in namespaces that nothing is read from', () => {
    const rights = rightsFor({ 'kong-admin-url': ['http://kong:8001'], 'config-file': ['kong.yaml'] });
    expect(new Set(rights.map(({ namespace }) => namespace))).toEqual(new Set(['silverback']));
    expect(rights.map(({ resource }) => resource.plural)).toEqual(['leases', 'leases', 'events']);
  });

  test('hold the right to patch what is annotated, and no gateway hangs on it', () => {
    const given = { 'config-selector': ['a=b'], 'config-kinds': ['configmaps'] };
    const patches = (raw: Raw): Right[] =>
      rightsFor(raw).filter(
        ({ resource, verbs }) => resource.plural === 'configmaps' && verbs.includes('patch'),
      );
    expect(patches(given)).toEqual([]);
    expect(patches({ ...given, 'annotate-sources': ['true'] })).toMatchObject([{ optional: true }]);
  });

  test('are written out as a Role that YAML reads back', () => {
    const [right] = rightsFor({ 'history-secret': ['h'], 'history-slots': ['2'] }).filter(
      ({ resource, names }) => resource.plural === 'secrets' && names?.length === 2,
    );
    const [document] = parseAllDocuments(roleSnippet('silverback', [right!]));
    expect(document!.toJS()).toMatchObject({
      kind: 'Role',
      metadata: { namespace: 'silverback' },
      rules: [
        { apiGroups: [''], resources: ['secrets'], resourceNames: ['h-0', 'h-1'], verbs: ['get', 'patch'] },
      ],
    });
  });
});
