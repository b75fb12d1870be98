export interface ElectionTimes {
  /** How long others wait after the last renewal they saw, before they take over. */
  readonly leaseDurationMs: number;
  /** How long a leader leads after the start of its last good renewal. */
  readonly renewDeadlineMs: number;
  /** Between renewals, and between a follower's looks at the Lease. */
  readonly retryPeriodMs: number;
}

/** client-go's, and Kubernetes' own components'. */
export const DEFAULT_TIMES: ElectionTimes = {
  leaseDurationMs: 15_000,
  renewDeadlineMs: 10_000,
  retryPeriodMs: 2_000,
};

/** Candidates look again after 1 to 1 + 1.2 retry periods (client-go's JitterFactor). */
export const JITTER = 1.2;
/** A leader must fall silent well before others may move, even where clocks run at different speeds. */
export const SAFE_SHARE = 0.8;
/** A longer lease would leave the gateways without a leader for longer than anybody can mean. */
export const LONGEST_LEASE_MS = 3_600_000;

/** What is wrong with the times, one sentence each; empty when they are good. */
export function checkElectionTimes({
  leaseDurationMs: lease,
  renewDeadlineMs: deadline,
  retryPeriodMs: retry,
}: ElectionTimes): readonly string[] {
  const named = { 'lease duration': lease, 'renew deadline': deadline, 'retry period': retry };
  const bad = Object.entries(named).filter(([, ms]) => !(Number.isFinite(ms) && ms > 0));
  if (bad.length > 0) return bad.map(([name]) => `the ${name} must be a positive time`);
  const problems: string[] = [];
  if (lease < 1000) {
    problems.push(
      `the lease duration (${seconds(lease)}) must be at least 1 s: a Lease counts whole seconds`,
    );
  }
  if (lease > LONGEST_LEASE_MS) {
    problems.push(`the lease duration (${seconds(lease)}) must be at most ${seconds(LONGEST_LEASE_MS)}`);
  }
  if (deadline > SAFE_SHARE * lease) {
    problems.push(
      `the renew deadline (${seconds(deadline)}) must be at most ${SAFE_SHARE} of the lease duration (${seconds(lease)}), ` +
        'so that a leader stops before another can start',
    );
  }
  if (deadline <= JITTER * retry) {
    problems.push(
      `the renew deadline (${seconds(deadline)}) must be more than ${JITTER} times the retry period (${seconds(retry)}), ` +
        'so that one lost renewal does not cost the leadership',
    );
  }
  return problems;
}

/** The name of the Lease: `<election-id>-<election-namespace>`. */
export function leaseName(electionId: string, electionNamespace: string): string {
  return `${electionId}-${electionNamespace}`;
}

const LABEL = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;
const LONGEST_NAME = 253;

/** What is wrong with a Lease's name, or undefined: it must be a DNS-1123 subdomain of at most 253 characters. */
export function checkLeaseName(name: string): string | undefined {
  if (name.length > LONGEST_NAME) {
    return `the Lease's name is ${name.length} characters long, ${LONGEST_NAME} are allowed: choose a shorter election id`;
  }
  if (name.split('.').every((label) => LABEL.test(label))) return undefined;
  return (
    `"${name}" cannot name a Lease: only lower-case letters, digits, "-" and "." are allowed, ` +
    'and each part between dots begins and ends with a letter or digit'
  );
}

function seconds(ms: number): string {
  return `${ms / 1000} s`;
}
