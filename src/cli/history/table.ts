import { shortId } from '../../config/revision.js';
import { isApproved, withdrawalOf } from '../../history/record.js';
import type { HistoryRecord, KeptRevision } from '../../history/record.js';
import { firstOf } from '../../report/line.js';
import { columns, entities, time } from '../columns.js';

/** So many of the newest decisions tell the story; -o json has all. */
const AUDIT_SHOWN = 10;

/** The history for people: what is, what was kept, what was withdrawn, who decided what. */
export function historyTable(record: HistoryRecord): string {
  const { revisions, withdrawn, audit } = record;
  const sections = [
    columns(now(record)),
    columns([
      ['KEPT', 'AT', 'SIZE', 'ENTITIES', 'STATE', 'FROM'],
      ...revisions.map((kept) => keptRow(record, kept)),
    ]),
    columns([
      ['WITHDRAWN', 'AT', 'BY', 'WHY'],
      ...withdrawn.map(({ revision, at, by, why }) => [shortId(revision), time(at), by, why]),
    ]),
    columns([
      ['AUDIT', 'BY', 'WHAT'],
      ...audit.slice(0, AUDIT_SHOWN).map(({ at, by, what }) => [time(at), by, what]),
    ]),
  ];
  return sections.filter((section) => section !== '').join('\n');
}

function now({ lastGood, rollout, held, paused }: HistoryRecord): string[][] {
  const lines = [['last good', lastGood === undefined ? 'none' : shortId(lastGood)]];
  if (rollout !== undefined)
    lines.push(['rolling out', `${shortId(rollout.revision)} since ${time(rollout.since)}`]);
  if (held !== undefined) {
    const what = held.revision === undefined ? 'what the sources hold' : shortId(held.revision);
    lines.push(['held', `${what} since ${time(held.since)}: ${firstOf(held.reasons)}`]);
    if (held.revision !== undefined)
      lines.push(['', `to let it go ahead: silverback approve ${shortId(held.revision)}`]);
  }
  if (paused !== undefined)
    lines.push(['paused', `since ${time(paused.at)} by ${paused.by}; to go on: silverback rollout resume`]);
  return lines;
}

function keptRow(record: HistoryRecord, kept: KeptRevision): string[] {
  const states = [
    ...(kept.id === record.lastGood ? ['last good'] : []),
    ...(withdrawalOf(record, kept.id) === undefined ? [] : ['withdrawn']),
    ...(isApproved(record, kept.id) ? ['approved'] : []),
  ];
  return [
    shortId(kept.id),
    time(kept.keptAt),
    size(kept.bytes),
    entities(kept.counts),
    states.join(', '),
    origin(kept),
  ];
}

function origin({ sources }: KeptRevision): string {
  if (sources.length === 0) return '';
  return firstOf(
    sources.map(({ name, gitSha }) => (gitSha === undefined ? name : `${name} (${gitSha.slice(0, 12)})`)),
  );
}

function size(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  const kib = bytes / 1024;
  return kib < 1024 ? `${kib.toFixed(1)} KiB` : `${(kib / 1024).toFixed(1)} MiB`;
}
