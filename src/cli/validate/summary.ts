import { shortId } from '../../config/revision.js';
import type { Revision } from '../../config/revision.js';
import { countSeverities, fails } from './outcome.js';
import type { Outcome } from './outcome.js';

/** One line: whether it is fine, what was found, and what the configuration holds. */
export function summarise(outcome: Outcome, strict: boolean): string {
  const { valid, findings, texts, revision, each } = outcome;
  const { error, hold, warning } = countSeverities(findings);
  const found = [
    ...(error > 0 ? [counted(error, 'error')] : []),
    ...(hold > 0 ? [counted(hold, 'hold')] : []),
    ...(warning > 0 ? [counted(warning, 'warning')] : []),
  ].join(', ');
  const held = !valid || !each ? '' : ` in ${counted(texts.length, 'file')}`;
  const verdict = valid ? (fails(outcome, strict) ? 'valid, but not for --strict' : 'valid') : 'invalid';
  return [
    `${verdict}${revision ? `: ${describeRevision(revision)}` : held}`,
    ...(found === '' ? [] : [`${found}${valid ? '' : inFiles(outcome)}`]),
  ].join(valid ? '; ' : ': ');
}

const counted = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`;

function inFiles({ findings, texts }: Outcome): string {
  const files = new Set(findings.flatMap(({ file }) => (file === undefined ? [] : [file])));
  return texts.length > 1 ? ` in ${files.size} of ${texts.length} files` : '';
}

function describeRevision({ id, counts }: Revision): string {
  const types = Object.entries(counts).filter(([, count]) => count > 0);
  const total = types.reduce((sum, [, count]) => sum + count, 0);
  const listed = types.map(([type, count]) => `${type}: ${count}`).join(', ');
  const held = total === 0 ? 'no entities' : `${total} ${total === 1 ? 'entity' : 'entities'} (${listed})`;
  return `${held}, revision ${shortId(id)}`;
}
