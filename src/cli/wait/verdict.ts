// Whether what somebody waits for has come, cannot come, or is still on its way. Pure.
import { formatFinding } from '../../config/finding.js';
import { shortId } from '../../config/revision.js';
import type { FindingStatus, SourceStatus, Status } from '../../server/diagnostics/status.js';

/** What is waited for. */
export type Want =
  /** Whatever is desired by then. */
  | { readonly kind: 'newest' }
  /** An id, or the beginning of one, in lower case. */
  | { readonly kind: 'revision'; readonly start: string }
  /** A source with exactly these texts. */
  | { readonly kind: 'source'; readonly name: string; readonly digest: string };

export type Verdict =
  | { readonly kind: 'done'; readonly said: string }
  /** It will not come by itself. */
  | { readonly kind: 'failed'; readonly said: readonly string[] }
  | { readonly kind: 'waiting'; readonly said: string };

const waiting = (said: string): Verdict => ({ kind: 'waiting', said });
const failed = (...said: readonly string[]): Verdict => ({ kind: 'failed', said });

export function verdictOn(status: Status, want: Want): Verdict {
  const { leadership, summary } = status;
  // Who follows knows of no gateway; who looked by themselves does, without leading.
  const isFollower = !leadership.leading && status.gateways.every(({ phase }) => phase === 'unknown');
  if (isFollower) return waiting(summary.sentence);
  switch (want.kind) {
    case 'newest':
      return sourcesVerdict(status) ?? served(status);
    case 'revision':
      return revisionVerdict(status, want.start);
    case 'source':
      return sourceVerdict(status, want);
  }
}

/** Everything that keeps what the sources say from being desired. */
function sourcesVerdict(status: Status): Verdict | undefined {
  const { config } = status;
  if (config.verdict === 'invalid')
    return failed('the configuration is invalid', ...config.findings.filter(isError).map(findingText));
  return heldVerdict(status) ?? withdrawnVerdict(status, status.rollout.revision);
}

const isError = ({ severity }: FindingStatus): boolean => severity === 'error';

function findingText(finding: FindingStatus): string {
  const { excerpt } = finding;
  const lines = excerpt === undefined ? [] : excerpt.split('\n').map((line) => `  ${line}`);
  return [formatFinding(finding), ...lines].join('\n');
}

function heldVerdict({ revisions }: Status): Verdict | undefined {
  const { held } = revisions;
  if (held === undefined) return undefined;
  const what = held.revision === undefined ? 'what the sources hold' : shortId(held.revision);
  const how = held.revision === undefined ? [] : [`if it is meant: silverback approve ${what}`];
  return failed(`${what} is held`, ...held.reasons, ...how);
}

function withdrawnVerdict({ revisions, rollout }: Status, revision: string | undefined): Verdict | undefined {
  if (revision === undefined) return undefined;
  const found = revisions.withdrawn.find((each) => each.revision === revision);
  if (found !== undefined) return failed(`${shortId(revision)} was withdrawn by ${found.by}: ${found.why}`);
  return rollout.phase === 'withdrawn' && rollout.revision === revision
    ? failed(`${shortId(revision)} was withdrawn`)
    : undefined;
}

/** Whether every gateway serves what is desired. */
function served({ revisions, gateways, config, summary }: Status): Verdict {
  const { desired } = revisions;
  if (desired === undefined) return waiting('nothing is desired yet');
  if (gateways.length === 0) return waiting('there are no gateways');
  const rejecting = gateways.filter(({ phase }) => phase === 'rejected');
  if (rejecting.length > 0)
    return failed(
      ...rejecting.map(
        ({ name, trouble }) =>
          `${name} rejects ${shortId(desired.id)}${trouble ? `: ${trouble.reason}` : ''}`,
      ),
      ...config.findings.filter(isError).map(findingText),
    );
  const behind = gateways.filter(({ current }) => !current);
  if (behind.length > 0) return waiting(summary.sentence);
  return {
    kind: 'done',
    said:
      gateways.length === 1
        ? `the one gateway serves ${shortId(desired.id)}`
        : `all ${gateways.length} gateways serve ${shortId(desired.id)}`,
  };
}

function revisionVerdict(status: Status, start: string): Verdict {
  const { revisions, rollout } = status;
  const isMeant = (id: string | undefined): boolean => id?.startsWith(start) === true;
  if (isMeant(revisions.desired?.id)) return served(status);
  if (isMeant(revisions.held?.revision)) return heldVerdict(status) ?? waiting('it is held');
  const gone = revisions.withdrawn.find(({ revision }) => isMeant(revision));
  if (gone !== undefined) return withdrawnVerdict(status, gone.revision) ?? waiting('it was withdrawn');
  if (isMeant(rollout.revision))
    return withdrawnVerdict(status, rollout.revision) ?? waiting(status.summary.sentence);
  const now = revisions.desired === undefined ? 'nothing' : shortId(revisions.desired.id);
  return waiting(`${now} is desired, not ${start}`);
}

function sourceVerdict(status: Status, { name, digest }: Extract<Want, { kind: 'source' }>): Verdict {
  const { revisions, config } = status;
  const isIn = ({ sources }: NonNullable<typeof revisions.desired>): boolean =>
    sources.some((source) => source.name === name && source.digest === digest);
  if (revisions.desired !== undefined && isIn(revisions.desired)) return served(status);
  // Who looked by themselves sees what was pushed, not what was read.
  if (!status.leadership.leading) return waiting(`${name}: no desired revision holds its newest state yet`);
  const source = config.sources.find((each) => each.name === name);
  if (source === undefined || source.digest !== digest)
    return waiting(`${name}: its newest state has not been read yet`);
  return (
    refusal(status, source) ??
    waiting(`${name} is ${source.state}: ${source.reason ?? status.summary.sentence}`)
  );
}

/** Why a source, as it is, does not become part of what is desired. */
function refusal(status: Status, { name, state, reason }: SourceStatus): Verdict | undefined {
  const { config } = status;
  if (state === 'quarantined' || state === 'invalid' || state === 'unreadable')
    return failed(
      `${name} is ${state}${reason === undefined ? '' : `: ${reason}`}`,
      ...config.findings.filter(isError).map(findingText),
    );
  // Judged, and fine in itself: the whole decides.
  if (state === 'pending' && config.verdict === 'held') return heldVerdict(status);
  if (state === 'pending' && config.verdict === 'invalid' && reason !== undefined)
    return sourcesVerdict(status);
  return state === 'accepted' ? sourcesVerdict(status) : undefined;
}
