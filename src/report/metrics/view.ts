import type { Finding } from '../../config/finding.js';
import type { Phase, RolloutPhase } from '../phases.js';

export type RevisionRole = 'desired' | 'last_good' | 'held';

export interface GatewayView {
  readonly name: string;
  readonly state: Phase;
  /** Somebody else changes it again and again. */
  readonly contested: boolean;
}

/** Until when a certificate is good. */
export interface CertificateView {
  /** Ours, the CA that gateways are checked by, or what a gateway showed. */
  readonly certificate: 'client' | 'ca' | 'gateway';
  readonly gateway?: string;
  readonly expiresAt: Date;
}

/** What is read at each scrape, so that no series outlives what it is about. */
export interface MetricsView {
  readonly leading: () => boolean;
  readonly term: () => number;
  /** The ids of the revisions that play a role now. */
  readonly revisions: () => Readonly<Partial<Record<RevisionRole, string>>>;
  readonly gateways: () => readonly GatewayView[];
  readonly rollout: () => RolloutPhase;
  /** Whether the sources were judged yet. */
  readonly judged: () => boolean;
  readonly held: () => boolean;
  readonly valid: () => boolean;
  /** About the newest configuration. */
  readonly findings: () => readonly Finding[];
  /** Whether reads and writes of the history succeed. */
  readonly historyUsable: () => boolean;
  readonly certificates: () => readonly CertificateView[];
}
