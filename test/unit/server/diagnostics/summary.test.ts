import { describe, expect, it } from '@jest/globals';
import { summarise } from '../../../../src/server/diagnostics/summary.js';
import type { GatewayStatus, Status, Summary } from '../../../../src/server/diagnostics/status.js';
import { gateway, ID, OTHER, statusWith } from '../../../support/status.js';

const lost = (name: string, more: Partial<GatewayStatus> = {}): GatewayStatus =>
  gateway(name, {
    phase: 'unreachable',
    current: false,
    trouble: { code: 'connect', reason: 'connection refused', advice: 'is it running?' },
    ...more,
  });
const pod = { apiVersion: 'v1', kind: 'Pod', namespace: 'kong', name: 'kong-7' };
const finding = {
  severity: 'error',
  code: 'missing-field',
  message: "service 'a': the field 'host' is missing",
  file: 'kong.yaml',
  line: 3,
  column: 5,
} as const;
const { revisions } = statusWith();

const CASES: readonly (readonly [string, Partial<Status>, Summary])[] = [
  ['all is well', {}, { level: 'ok', sentence: 'All 3 gateways serve 3f2a91c0', advice: [] }],
  [
    'there is one gateway',
    { gateways: [gateway('kong-1')] },
    { level: 'ok', sentence: 'The one gateway serves 3f2a91c0', advice: [] },
  ],
  [
    'gateways are on their way',
    {
      gateways: [
        gateway('a'),
        gateway('b', { current: false, phase: 'pushing' }),
        gateway('c', { current: false, phase: 'out-of-sync', hash: OTHER }),
      ],
      rollout: { phase: 'rolling', meaning: '', revision: ID, canaries: [], done: 1, total: 3 },
    },
    {
      level: 'working',
      sentence: '1 of 3 gateways serves 3f2a91c0; 2 are behind; 1 loading; 1 waiting for their turn',
      advice: [],
    },
  ],
  [
    'one cannot be reached',
    { gateways: [gateway('kong-1'), lost('kong-7', { pod })] },
    {
      level: 'attention',
      sentence: '1 of 2 gateways serves 3f2a91c0; 1 is behind; kong-7 cannot be reached: connection refused',
      advice: ['kong-7: is it running? (kubectl -n kong describe pod kong-7)'],
    },
  ],
  [
    'one restarts again and again',
    {
      gateways: [
        gateway('kong-1'),
        gateway('kong-7', { pod, drift: { kind: 'empty', at: statusWith().time, times: 3 } }),
      ],
    },
    {
      level: 'attention',
      sentence: 'All 2 gateways serve 3f2a91c0; kong-7 loses its configuration again and again',
      advice: ['kong-7: see why it restarts (kubectl -n kong describe pod kong-7)'],
    },
  ],
  [
    'somebody else changes two again and again, and a third has restarted twice',
    {
      gateways: [
        gateway('kong-1', { drift: { kind: 'foreign', at: statusWith().time, times: 4 } }),
        gateway('kong-2', { drift: { kind: 'older', at: statusWith().time, times: 3 } }),
        gateway('kong-3', { drift: { kind: 'empty', at: statusWith().time, times: 2 } }),
      ],
    },
    {
      level: 'attention',
      sentence:
        'All 3 gateways serve 3f2a91c0; kong-1 and kong-2 are changed by somebody else again and again',
      advice: ['kong-1 and kong-2: find out who else pushes to its Admin API'],
    },
  ],
  [
    'one answers, but with errors',
    {
      gateways: [
        gateway('kong-1'),
        lost('kong-7', { trouble: { code: '500', reason: 'answered 500: An unexpected error occurred' } }),
      ],
    },
    {
      level: 'attention',
      sentence:
        '1 of 2 gateways serves 3f2a91c0; 1 is behind; kong-7 answers with errors: answered 500: An unexpected error occurred',
      advice: ['kong-7: its error log says why'],
    },
  ],
  [
    'five cannot be reached for one reason, and one rejects',
    {
      gateways: [
        ...[1, 2, 3, 4, 5].map((number) => lost(`kong-${number}`)),
        gateway('kong-6', {
          phase: 'rejected',
          current: false,
          trouble: { code: '400', reason: 'schema violation' },
        }),
        gateway('kong-7'),
      ],
    },
    {
      level: 'attention',
      sentence:
        '1 of 7 gateways serves 3f2a91c0; 6 are behind; kong-1, kong-2, kong-3 and 2 more cannot be reached: connection refused; kong-6 rejects the revision: schema violation',
      advice: [
        'kong-1, kong-2, kong-3 and 2 more: is it running?',
        'kong-6: its log says why; compare its version and plugins with the others',
      ],
    },
  ],
  [
    'one is left on something else',
    {
      gateways: [
        gateway('kong-1'),
        gateway('kong-2', {
          phase: 'out-of-sync',
          current: false,
          hash: OTHER,
          since: '2026-01-01T00:30:00.000Z',
        }),
      ],
    },
    {
      level: 'attention',
      sentence: '1 of 2 gateways serves 3f2a91c0; 1 is behind; kong-2 serves deb21dcd, and is left so',
      advice: ['kong-2: find out who changes it; with --drift repair it is put back'],
    },
  ],
  [
    'the configuration is invalid',
    { config: { verdict: 'invalid', findings: [finding, finding], sources: [] } },
    {
      level: 'attention',
      sentence:
        "All 3 gateways serve 3f2a91c0; the newest configuration is invalid, 3f2a91c0 stays: kong.yaml:3:5: service 'a': the field 'host' is missing (and 1 more error)",
      advice: ['Correct the configuration at kong.yaml:3:5'],
    },
  ],
  [
    'one source is quarantined',
    {
      config: {
        verdict: 'invalid',
        findings: [finding],
        sources: [
          { name: 'ConfigMap kong/a', state: 'accepted', errors: 0, warnings: 0 },
          { name: 'ConfigMap kong/b', state: 'quarantined', reason: 'bad', errors: 1, warnings: 0 },
        ],
      },
    },
    {
      level: 'attention',
      sentence:
        'All 3 gateways serve 3f2a91c0; ConfigMap kong/b is kept out with its change, the others go on: bad',
      advice: ['Correct ConfigMap kong/b'],
    },
  ],
  [
    'a revision is held',
    {
      revisions: {
        ...revisions,
        held: { revision: OTHER, reasons: ['it removes 4 of 4 services', 'more'], codes: [] },
      },
    },
    {
      level: 'attention',
      sentence: 'All 3 gateways serve 3f2a91c0; deb21dcd is held: it removes 4 of 4 services (and 1 more)',
      advice: [
        'See what deb21dcd would change; if it is meant: silverback approve deb21dcd; else correct the sources',
      ],
    },
  ],
  [
    'a revision was withdrawn',
    {
      rollout: { phase: 'withdrawn', meaning: '', revision: OTHER, canaries: [], done: 3, total: 3 },
      revisions: {
        ...revisions,
        withdrawn: [{ revision: OTHER, at: '', by: 'silverback', why: 'kong-2 rejected it' }],
      },
    },
    {
      level: 'attention',
      sentence:
        'All 3 gateways serve 3f2a91c0; deb21dcd is what the sources say, and was withdrawn: kong-2 rejected it (silverback)',
      advice: ['Correct the sources; to try the same once more: silverback approve deb21dcd'],
    },
  ],
  [
    'somebody paused',
    { revisions: { ...revisions, paused: { at: '2026-01-01T00:00:00Z', by: 'ann' } } },
    {
      level: 'attention',
      sentence: 'All 3 gateways serve 3f2a91c0; ann paused the rollout at 2026-01-01T00:00:00Z',
      advice: ['To let new revisions go to the gateways again: silverback rollout resume'],
    },
  ],
  [
    'a rollout has stopped',
    { rollout: { phase: 'stopped', meaning: '', revision: OTHER, canaries: [], done: 3, total: 3 } },
    {
      level: 'attention',
      sentence:
        'All 3 gateways serve 3f2a91c0; the rollout of deb21dcd has stopped: too many canaries were lost',
      advice: [
        'Look at the happenings of the canaries: it is tried again by itself; to give it up: silverback rollout abort deb21dcd',
      ],
    },
  ],
  [
    'the Service names its port otherwise',
    { gateways: [], discoveryProblems: ['EndpointSlice s has no port named admin'] },
    {
      level: 'attention',
      sentence:
        'There are no gateways: nothing is pushed; not every endpoint is a gateway: EndpointSlice s has no port named admin',
      advice: ['See the port names and the address types of the Service of the Admin API'],
    },
  ],
  [
    'only observing',
    {
      observing: true,
      gateways: [gateway('a'), gateway('b', { current: false, phase: 'out-of-sync', hash: OTHER })],
    },
    { level: 'working', sentence: 'Only observing: 1 of 2 gateways serves 3f2a91c0', advice: [] },
  ],
  [
    'another leads',
    {
      leadership: {
        leading: false,
        election: true,
        term: 3,
        holder: 'sb-2_y',
        lease: { apiVersion: 'v1', kind: 'Lease', namespace: 'kong', name: 'l' },
      },
    },
    {
      level: 'following',
      sentence: 'This replica follows; sb-2_y leads, and knows how the gateways are',
      advice: ['Ask the leader: kubectl -n kong port-forward pod/sb-2 10256:10256'],
    },
  ],
  [
    'nobody leads',
    { leadership: { leading: false, election: true, term: 3 } },
    {
      level: 'unknown',
      sentence: 'Nobody leads, as far as this replica knows: nothing is pushed',
      advice: ['If this lasts longer than a lease, look at the Lease and at the logs of the replicas'],
    },
  ],
  [
    'nothing was judged yet',
    {
      config: { verdict: 'pending', findings: [], sources: [] },
      revisions: { kept: [], withdrawn: [], audit: [] },
    },
    { level: 'unknown', sentence: 'The sources have not been judged yet', advice: [] },
  ],
];

describe('the summary', () => {
  it.each(CASES)('says it when %s', (_, more, expected) => {
    expect(summarise(statusWith(more))).toEqual(expected);
  });
});
