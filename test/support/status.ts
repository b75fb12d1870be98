// Statuses to say something about.
import type { GatewayStatus, Status } from '../../src/server/diagnostics/status.js';

export const ID = '3f2a91c0000000000000000000000000';
export const OTHER = 'deb21dcd000000000000000000000000';

export function gateway(name: string, more: Partial<GatewayStatus> = {}): GatewayStatus {
  return {
    name,
    url: `http://${name}:8001`,
    phase: 'in-sync',
    current: true,
    canary: false,
    failures: 0,
    hash: ID,
    revision: ID,
    ...more,
  };
}

const revision = {
  id: ID,
  bytes: 1000,
  counts: { services: 2 },
  at: '2026-01-01T00:00:00.000Z',
  sources: [],
};

/** All is well, but for what is given. */
export function statusWith(more: Partial<Status> = {}): Status {
  const gateways = more.gateways ?? ['kong-1', 'kong-2', 'kong-3'].map((name) => gateway(name));
  return {
    time: '2026-01-01T01:00:00.000Z',
    version: '1.0.0',
    identity: 'sb-1_x',
    summary: { level: 'ok', sentence: 'All 3 gateways serve 3f2a91c0', advice: [] },
    observing: false,
    leadership: { leading: true, election: true, term: 3, holder: 'sb-1_x' },
    config: { verdict: 'valid', findings: [], sources: [] },
    rollout: {
      phase: 'idle',
      meaning: 'nothing is being rolled out',
      canaries: [],
      done: gateways.filter(({ current }) => current).length,
      total: gateways.length,
    },
    revisions: { desired: revision, lastGood: revision, kept: [revision], withdrawn: [], audit: [] },
    discoveryProblems: [],
    convergences: [],
    ...more,
    gateways,
  };
}
