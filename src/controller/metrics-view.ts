import type { Clock } from '../clock/clock.js';
import type { Certificates } from '../gateway/certificates.js';
import type { CertificateView, MetricsView } from '../report/metrics/view.js';
import { isContestedAt } from '../rollout/drift.js';
import type { Fleet } from '../rollout/fleet.js';
import type { ConfigLoop } from './config-loop.js';
import type { Keeper } from './keeper.js';
import type { Steering } from './steering.js';

export interface MetricsViewOptions {
  readonly clock: Clock;
  readonly leading: () => boolean;
  readonly term: () => number;
  readonly fleet: Pick<Fleet, 'desired' | 'entries' | 'rollout'>;
  readonly loop: Pick<ConfigLoop, 'judged' | 'held' | 'valid' | 'said'>;
  readonly steering: Pick<Steering, 'held' | 'holds'>;
  readonly keeper: Pick<Keeper, 'lastGood' | 'usable'>;
  readonly certificates: () => Certificates;
}

/** What the parts of the controller say of themselves, as the metrics want it. */
export function metricsView(options: MetricsViewOptions): MetricsView {
  const { clock, leading, term, fleet, loop, steering, keeper } = options;
  return {
    leading,
    term,
    revisions() {
      const [desired, lastGood, held] = [
        fleet.desired()?.id,
        keeper.lastGood()?.id,
        steering.holds()?.revision,
      ];
      return {
        ...(desired !== undefined && { desired }),
        ...(lastGood !== undefined && { last_good: lastGood }),
        ...(held !== undefined && { held }),
      };
    },
    gateways: () =>
      fleet.entries().map(({ member, state }) => ({
        name: member.name,
        state: state.phase,
        contested: isContestedAt(state.drift, clock.now()),
      })),
    rollout: () => fleet.rollout().phase,
    judged: loop.judged,
    held: () => loop.held() || steering.held(),
    valid: loop.valid,
    findings: () => loop.said()?.findings ?? [],
    historyUsable: keeper.usable,
    certificates: () => [...ourCertificates(options), ...gatewayCertificates(options)],
  };
}

function ourCertificates({ certificates }: MetricsViewOptions): CertificateView[] {
  const { client, ca } = certificates();
  return [
    ...(client === undefined ? [] : [{ certificate: 'client' as const, expiresAt: client }]),
    ...(ca === undefined ? [] : [{ certificate: 'ca' as const, expiresAt: ca }]),
  ];
}

/** Only of gateways that are still there. */
function gatewayCertificates({ certificates, fleet }: MetricsViewOptions): CertificateView[] {
  const { servers } = certificates();
  return fleet.entries().flatMap(({ member }) => {
    const expiresAt = servers.get(new URL(member.url).origin);
    return expiresAt === undefined ? [] : [{ certificate: 'gateway', gateway: member.name, expiresAt }];
  });
}
