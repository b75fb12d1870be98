// A status for people at a terminal.
import { shortId } from '../../config/revision.js';
import { namesOf } from '../../server/diagnostics/laggards.js';
import type { GatewayStatus, Level, RevisionStatus, Status } from '../../server/diagnostics/status.js';
import { firstOf } from '../../report/line.js';
import { oneLine } from '../../report/one-line.js';
import { columns, entities, time } from '../columns.js';

export type Style = 'bold' | 'cyan' | 'dim' | 'green' | 'red' | 'yellow';
export type Paint = (style: Style, text: string) => string;

const LEVELS: Readonly<Record<Level, readonly [Style, string]>> = {
  ok: ['green', 'OK'],
  working: ['cyan', 'WORKING'],
  attention: ['red', 'ATTENTION'],
  following: ['dim', 'FOLLOWING'],
  unknown: ['yellow', 'UNKNOWN'],
};

/** Of gateways that are as they should be, as many are listed; the others all are. */
const SHOWN_CURRENT = 50;
const SHOWN_FINDINGS = 10;
const SHOWN_WITHDRAWN = 3;

export function statusTable(status: Status, paint: Paint): string {
  const sections = [
    headline(status, paint),
    columns(facts(status)),
    findings(status, paint),
    columns(sources(status)),
    gateways(status),
  ];
  return sections.filter((section) => section !== '').join('\n');
}

function headline({ summary }: Status, paint: Paint): string {
  const [style, word] = LEVELS[summary.level];
  const advice = summary.advice.map((each) => `  -> ${oneLine(each)}\n`);
  return `${paint(style, word)}  ${paint('bold', oneLine(summary.sentence))}\n${advice.join('')}`;
}

function facts({ leadership, revisions, rollout, config, version, identity, observing }: Status): string[][] {
  const { desired, lastGood, held, paused, withdrawn } = revisions;
  const { holder, since, term, election } = leadership;
  const who = holder === undefined || holder === '' ? 'nobody, as far as is known' : holder;
  const rows = [
    ['asked', `${identity}, version ${version}${observing ? ', only observing' : ''}`],
    [
      'leader',
      election
        ? `${who}${since === undefined ? '' : ` since ${time(since)}`}, term ${term}`
        : 'without an election',
    ],
    ['desired', revisionText(desired)],
  ];
  if (lastGood?.id !== desired?.id) rows.push(['last good', revisionText(lastGood)]);
  rows.push([
    'sources',
    `${config.verdict}${config.since === undefined ? '' : ` since ${time(config.since)}`}`,
  ]);
  const canaries =
    rollout.canaries.length === 0 ? '' : `; canaries: ${namesOf(rollout.canaries.map((name) => ({ name })))}`;
  const what = rollout.revision === undefined ? '' : ` ${shortId(rollout.revision)}`;
  rows.push([
    'rollout',
    `${rollout.phase}${what}: ${rollout.meaning}; ${rollout.done} of ${rollout.total} done${canaries}`,
  ]);
  if (held !== undefined) {
    const id = held.revision === undefined ? 'what the sources hold' : shortId(held.revision);
    rows.push(['held', `${id}: ${firstOf(held.reasons)}`]);
  }
  if (paused !== undefined) rows.push(['paused', `since ${time(paused.at)} by ${paused.by}`]);
  for (const { revision, at, by, why } of withdrawn.slice(0, SHOWN_WITHDRAWN))
    rows.push(['withdrawn', `${shortId(revision)} at ${time(at)} by ${by}: ${why}`]);
  return rows;
}

function revisionText(revision: RevisionStatus | undefined): string {
  if (revision === undefined) return 'none';
  const { id, at, counts, sources: from } = revision;
  const what = Object.keys(counts).length === 0 ? '' : `: ${entities(counts)}`;
  const shas = from.flatMap(({ gitSha }) => (gitSha === undefined ? [] : [gitSha.slice(0, 12)]));
  const origin =
    from.length === 0
      ? ''
      : `, from ${namesOf(from)}${shas.length === 0 ? '' : ` (${[...new Set(shas)].join(', ')})`}`;
  return `${shortId(id)}${at === undefined ? '' : ` of ${time(at)}`}${what}${origin}`;
}

function findings({ config }: Status, paint: Paint): string {
  const grave = config.findings.filter(({ severity }) => severity !== 'warning');
  const lines = grave
    .slice(0, SHOWN_FINDINGS)
    .flatMap(({ severity, code, message, file, line, column, hint, excerpt }) => [
      `${paint('bold', oneLine([file, line, column].filter((part) => part !== undefined).join(':')))} ${paint('red', severity)} ${code}`,
      `  ${oneLine(message)}`,
      ...(excerpt === undefined ? [] : excerpt.split('\n').map((each) => `  ${each}`)),
      ...(hint === undefined ? [] : [`  ${paint('dim', 'hint:')} ${oneLine(hint)}`]),
    ]);
  const more = grave.length - SHOWN_FINDINGS;
  return [...lines, ...(more > 0 ? [`and ${more} more findings`] : [])].map((each) => `${each}\n`).join('');
}

function sources({ config }: Status): string[][] {
  return [
    ['SOURCE', 'STATE', 'ERRORS', 'WARNINGS', 'COMMIT', 'WHY'],
    ...config.sources.map(({ name, state, errors, warnings, gitSha, reason }) => [
      name,
      state,
      String(errors),
      String(warnings),
      gitSha?.slice(0, 12) ?? '',
      reason ?? '',
    ]),
  ];
}

function gateways({ gateways: all, leadership, revisions }: Status): string {
  const behind = all.filter(({ current }) => !current);
  const current = all.filter(({ current: is }) => is);
  const more = current.length - SHOWN_CURRENT;
  const rows = [...behind, ...current.slice(0, SHOWN_CURRENT)].map((gateway) =>
    gatewayRow(gateway, leadership.leading || gateway.phase !== 'unknown', revisions.desired?.id),
  );
  const table = columns([
    ['GATEWAY', 'STATE', 'SERVES', 'SINCE', 'KONG', 'NODE', 'FAILURES', 'WHY'],
    ...rows,
  ]);
  return more > 0 ? `${table}and ${more} more that serve what they should\n` : table;
}

function gatewayRow(gateway: GatewayStatus, known: boolean, desired: string | undefined): string[] {
  const { name, phase, canary, hash, revision, since, kongVersion, node, failures, trouble } = gateway;
  const shown = revision ?? hash;
  const serves = shown === undefined ? '' : /^0+$/.test(shown) ? 'nothing' : shortId(shown);
  const other = shown !== undefined && revision === undefined && shown !== desired && !/^0+$/.test(shown);
  return [
    name,
    known ? `${phase}${canary ? ' (canary)' : ''}` : 'known to the leader',
    `${serves}${other ? ' (not ours)' : ''}`,
    since === undefined ? '' : time(since),
    kongVersion ?? '',
    node ?? '',
    failures === 0 ? '' : String(failures),
    trouble === undefined
      ? ''
      : [trouble.reason, trouble.advice].filter((part) => part !== undefined).join('; '),
  ];
}
