// A fleet as a replica would tell of it, for tests that change one thing about it.
import { createHash } from 'node:crypto';
import type {
  GatewayStatus,
  HappeningStatus,
  RevisionStatus,
  Status,
} from '../../../src/server/diagnostics/status.js';

export const idOf = (name: string): string => createHash('md5').update(name).digest('hex');
export const EMPTY = '0'.repeat(32);
export const [OLD, NEW, NEXT] = ['old', 'new', 'next'].map(idOf) as [string, string, string];
const START = Date.parse('2026-03-01T10:00:00Z');
export const at = (seconds: number): string => new Date(START + seconds * 1000).toISOString();

export const gateway = (name: string, more: Partial<GatewayStatus> = {}): GatewayStatus => ({
  name,
  url: `http://10.0.0.${name.replace(/\D/g, '')}:8001`,
  pod: { apiVersion: 'v1', kind: 'Pod', namespace: 'kong', name },
  node: 'node-a',
  zone: 'zone-1',
  ready: true,
  kongVersion: '3.9.3',
  phase: 'in-sync',
  since: at(0),
  current: true,
  canary: false,
  hash: NEW,
  revision: NEW,
  lookedAt: at(50),
  failures: 0,
  lastLoadMs: 120,
  ...more,
});

export const UNREACHABLE: Partial<GatewayStatus> = {
  phase: 'unreachable',
  current: false,
  hash: OLD,
  revision: OLD,
  since: at(10),
  failures: 7,
  trouble: {
    code: 'econnrefused',
    reason: 'connection refused',
    advice: 'is Kong up, and is this its Admin API port?',
  },
};

const revision = (id: string, seconds: number): RevisionStatus => ({
  id,
  bytes: 2345,
  counts: { services: 2, routes: 3, plugins: 1 },
  at: at(seconds),
  sources: [{ name: 'configmap/silverback/shop', gitSha: 'c0ffee0011223344' }],
});

export const gatewaysOf = (count: number): GatewayStatus[] =>
  Array.from({ length: count }, (_, index) => gateway(`kong-${index + 1}`));

/** All is well. */
export function statusOf(more: Partial<Status> = {}): Status {
  const gateways = more.gateways ?? gatewaysOf(8);
  const done = gateways.filter(({ current }) => current).length;
  return {
    time: at(60),
    version: '0.1.0',
    identity: 'silverback-1_5f0c',
    summary: {
      level: 'ok',
      sentence: `All ${gateways.length} gateways serve ${NEW.slice(0, 8)}`,
      advice: [],
    },
    observing: false,
    leadership: {
      leading: true,
      election: true,
      term: 3,
      holder: 'silverback-1_5f0c',
      since: at(-600),
      lease: {
        apiVersion: 'coordination.k8s.io/v1',
        kind: 'Lease',
        namespace: 'silverback',
        name: 'silverback',
      },
    },
    config: {
      verdict: 'valid',
      since: at(0),
      findings: [],
      sources: [
        {
          name: 'configmap/silverback/shop',
          state: 'accepted',
          errors: 0,
          warnings: 0,
          gitSha: 'c0ffee0011223344',
        },
      ],
    },
    rollout: {
      phase: 'idle',
      meaning: 'every gateway that can be reached serves what is desired',
      canaries: [],
      done,
      total: gateways.length,
    },
    revisions: {
      desired: revision(NEW, 0),
      lastGood: revision(NEW, 0),
      kept: [revision(NEW, 0), revision(OLD, -3600)],
      withdrawn: [],
      audit: [],
    },
    gateways,
    discoveryProblems: [],
    convergences: [1800, 2500, 9000, 2300].map((durationMs, index) => ({
      at: at(-100 * index),
      revision: idOf(`r${index}`),
      gateways: 8,
      durationMs,
    })),
    ...more,
  };
}

export const happening = (
  seq: number,
  message: string,
  more: Partial<HappeningStatus> = {},
): HappeningStatus => ({
  seq,
  at: at(seq),
  level: 'info',
  event: 'note',
  message,
  ...more,
});
