import type { Report } from '../happening.js';
import { PHASES, ROLLOUT_PHASES } from '../phases.js';
import type { Instruments } from './instruments.js';
import type { CertificateView, MetricsView } from './view.js';

/** With more gateways than this there is no series for each. */
export const MOST_GATEWAY_SERIES = 250;
/** Of the gateways' certificates those that run out first. */
const MOST_CERTIFICATES = 10;

const seconds = (date: Date): number => date.getTime() / 1000;

const short = (revision: string): string => revision.slice(0, 8);

/**
 * What every replica knows of itself. A follower judges the sources, too, but what it says of them may be out of date:
 * whoever alerts on it asks for `silverback_leader == 1` besides.
 */
export function readEveryReplica({ gauge }: Instruments, view: () => MetricsView | undefined): void {
  const one = (name: string, help: string, read: (now: MetricsView) => number | undefined): void => {
    gauge(name, help, [], (set) => {
      const now = view();
      const value = now && read(now);
      if (value !== undefined) set(value);
    });
  };
  one('leader', 'Whether this replica leads: 1 or 0', (now) => Number(now.leading()));
  one('leader_term', 'The leaseTransitions of the Lease: how often it changed hands, as last seen', (now) =>
    now.term(),
  );
  one('config_valid', 'Whether the newest configuration passed validation: 1 or 0; absent before', (now) =>
    now.judged() ? Number(now.valid()) : undefined,
  );
  one('config_held', 'Whether the newest configuration is held until somebody decides: 1 or 0', (now) =>
    now.judged() ? Number(now.held()) : undefined,
  );
  one('history_usable', 'Whether the last reads and writes of the history succeeded: 1 or 0', (now) =>
    Number(now.historyUsable()),
  );
  gauge('config_findings', 'Findings about the newest configuration by severity', ['severity'], (set) => {
    const now = view();
    if (now?.judged() !== true) return;
    for (const severity of ['error', 'hold', 'warning']) {
      set(now.findings().filter((finding) => finding.severity === severity).length, { severity });
    }
  });
  gauge(
    'revision_info',
    'First 8 digits of the hash of the revision that is desired, last good or held; always 1',
    ['role', 'revision'],
    (set) => {
      for (const [role, revision] of Object.entries(view()?.revisions() ?? {})) {
        set(1, { role, revision: short(revision) });
      }
    },
  );
  gauge(
    'certificate_expiry_timestamp_seconds',
    `When a certificate runs out: our client certificate, the CA, and of those that gateways showed the leader the ${MOST_CERTIFICATES} that do first`,
    ['certificate', 'gateway'],
    (set) => {
      const now = view();
      const all = now?.certificates() ?? [];
      for (const { certificate, gateway = '', expiresAt } of relevant(all, now?.leading() === true)) {
        set(seconds(expiresAt), { certificate, gateway });
      }
    },
  );
}

function relevant(all: readonly CertificateView[], leading: boolean): CertificateView[] {
  const ours = all.filter(({ certificate }) => certificate !== 'gateway');
  const theirs = all
    .filter(({ certificate }) => leading && certificate === 'gateway')
    .sort((a, b) => a.expiresAt.getTime() - b.expiresAt.getTime());
  return [...ours, ...theirs.slice(0, MOST_CERTIFICATES)];
}

/** What only the leader knows: absent on followers, so that sums over the replicas are right and no stale word of a former leader stays. */
export function readLeader(
  { gauge }: Instruments,
  view: () => MetricsView | undefined,
  wallNow: () => number,
): Report {
  let leaderSince: number | undefined;
  let convergedAt: number | undefined;
  const leaderView = (): MetricsView | undefined => {
    const now = view();
    return now?.leading() === true ? now : undefined;
  };

  gauge('leader_since_timestamp_seconds', 'Since when this replica leads', [], (set) => {
    if (leaderView() === undefined) leaderSince = undefined;
    else set((leaderSince ??= wallNow() / 1000));
  });
  gauge(
    'last_convergence_timestamp_seconds',
    'When the leader last saw every gateway reach the desired revision; absent before',
    [],
    (set) => {
      if (leaderView() !== undefined && convergedAt !== undefined) set(convergedAt);
    },
  );
  gauge('gateways', 'Gateways by state', ['state'], (set) => {
    const gateways = leaderView()?.gateways();
    if (gateways === undefined) return;
    for (const state of PHASES) set(gateways.filter((each) => each.state === state).length, { state });
  });
  gauge(
    'gateway_in_sync',
    `Whether a gateway serves what it should: 1 or 0; only while something is desired of at most ${MOST_GATEWAY_SERIES} gateways`,
    ['gateway'],
    (set) => {
      const now = leaderView();
      const gateways = now?.gateways() ?? [];
      if (now?.revisions().desired === undefined || gateways.length > MOST_GATEWAY_SERIES) return;
      for (const { name, state } of gateways) set(Number(state === 'in-sync'), { gateway: name });
    },
  );
  gauge('gateways_contested', 'Gateways that somebody else changes again and again', [], (set) => {
    const gateways = leaderView()?.gateways();
    if (gateways !== undefined) set(gateways.filter(({ contested }) => contested).length);
  });
  gauge('rollout', 'Where the rollout stands: 1 for its state, 0 for the others', ['state'], (set) => {
    const now = leaderView()?.rollout();
    if (now === undefined) return;
    for (const state of ROLLOUT_PHASES) set(Number(state === now), { state });
  });

  return (happening) => {
    if (happening.kind === 'leader-elected') leaderSince = wallNow() / 1000;
    if (happening.kind === 'converged') convergedAt = wallNow() / 1000;
  };
}
