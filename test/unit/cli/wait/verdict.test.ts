import { describe, expect, it } from '@jest/globals';
import { verdictOn } from '../../../../src/cli/wait/verdict.js';
import type { Verdict, Want } from '../../../../src/cli/wait/verdict.js';
import type { SourceStatus, Status } from '../../../../src/server/diagnostics/status.js';
import { gateway, ID, OTHER, statusWith } from '../../../support/status.js';

const NEWEST: Want = { kind: 'newest' };
const DIGEST = 'a'.repeat(64);
const SHOP: Want = { kind: 'source', name: 'ConfigMap kong/shop', digest: DIGEST };
const { revisions } = statusWith();
const desired = revisions.desired!;
const shop = (more: Partial<SourceStatus> = {}): SourceStatus => ({
  name: 'ConfigMap kong/shop',
  digest: DIGEST,
  state: 'accepted',
  errors: 0,
  warnings: 0,
  ...more,
});
const withShop: Status['revisions'] = {
  ...revisions,
  desired: { ...desired, sources: [{ name: 'ConfigMap kong/shop', digest: DIGEST }] },
};
const finding = {
  severity: 'error',
  code: 'wrong-type',
  message: 'port is no number',
  file: 'k.yaml',
  line: 4,
} as const;
const late = [gateway('kong-1'), gateway('kong-2', { current: false, phase: 'unreachable' })];

const CASES: readonly (readonly [string, Want, Partial<Status>, Verdict['kind'], string])[] = [
  ['every gateway serves it', NEWEST, {}, 'done', 'all 3 gateways serve 3f2a91c0'],
  ['there is no gateway yet', NEWEST, { gateways: [] }, 'waiting', 'no gateways'],
  [
    'nothing is desired yet',
    NEWEST,
    { revisions: { kept: [], withdrawn: [], audit: [] } },
    'waiting',
    'nothing is desired',
  ],
  ['a gateway cannot be reached', NEWEST, { gateways: late }, 'waiting', ''],
  [
    'a gateway rejects it',
    NEWEST,
    {
      gateways: [
        gateway('kong-1', {
          current: false,
          phase: 'rejected',
          trouble: { code: '400', reason: 'bad plugin' },
        }),
      ],
    },
    'failed',
    'kong-1 rejects 3f2a91c0: bad plugin',
  ],
  [
    'the configuration is invalid',
    NEWEST,
    { config: { verdict: 'invalid', findings: [finding], sources: [] } },
    'failed',
    'k.yaml:4: error: port is no number (wrong-type)',
  ],
  [
    'it is held',
    NEWEST,
    { revisions: { ...revisions, held: { revision: OTHER, reasons: ['it removes all'], codes: [] } } },
    'failed',
    'silverback approve deb21dcd',
  ],
  [
    'a follower answers',
    NEWEST,
    {
      leadership: { leading: false, election: true, term: 1 },
      gateways: [gateway('kong-1', { phase: 'unknown', current: false })],
    },
    'waiting',
    '',
  ],
  ['that revision is served', { kind: 'revision', start: ID.slice(0, 8) }, {}, 'done', 'all 3'],
  [
    'another revision is desired',
    { kind: 'revision', start: 'cafecafe' },
    {},
    'waiting',
    '3f2a91c0 is desired',
  ],
  [
    'that revision was withdrawn',
    { kind: 'revision', start: 'deb21dcd' },
    {
      revisions: {
        ...revisions,
        withdrawn: [{ revision: OTHER, at: '', by: 'silverback', why: 'rejected' }],
      },
    },
    'failed',
    'withdrawn by silverback: rejected',
  ],
  [
    'that revision is held, another is served',
    { kind: 'revision', start: 'deb21dcd' },
    { revisions: { ...revisions, held: { revision: OTHER, reasons: ['it removes all'], codes: [] } } },
    'failed',
    'it removes all',
  ],
  ['the source is served', SHOP, { revisions: withShop }, 'done', 'all 3'],
  ['the source is desired, a gateway behind', SHOP, { revisions: withShop, gateways: late }, 'waiting', ''],
  [
    'the controller has not read the newest source yet',
    SHOP,
    { config: { verdict: 'valid', findings: [], sources: [shop({ digest: 'b'.repeat(64) })] } },
    'waiting',
    'not been read yet',
  ],
  [
    'the source is quarantined',
    SHOP,
    {
      config: {
        verdict: 'invalid',
        findings: [finding],
        sources: [shop({ state: 'quarantined', reason: 'bad' })],
      },
    },
    'failed',
    'ConfigMap kong/shop is quarantined: bad',
  ],
  [
    'the source is fine and another makes all invalid',
    SHOP,
    {
      config: {
        verdict: 'invalid',
        findings: [finding],
        sources: [shop({ state: 'pending', reason: 'another source keeps it from being valid' })],
      },
    },
    'failed',
    'the configuration is invalid',
  ],
  [
    'the source is judged anew',
    SHOP,
    { config: { verdict: 'valid', findings: [], sources: [shop({ state: 'pending' })] } },
    'waiting',
    'is pending',
  ],
  [
    'the source is part of what is held',
    SHOP,
    {
      config: { verdict: 'held', findings: [], sources: [shop({ state: 'pending', reason: 'held' })] },
      revisions: { ...revisions, held: { revision: OTHER, reasons: ['it removes all'], codes: [] } },
    },
    'failed',
    'it removes all',
  ],
];

describe('waiting', () => {
  it.each(CASES)('knows that %s', (_, want, more, kind, said) => {
    const verdict = verdictOn(statusWith(more), want);
    expect(verdict.kind).toBe(kind);
    expect([verdict.said].flat().join('\n')).toContain(said);
  });
});
