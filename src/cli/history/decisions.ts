// What each command decides, in words.
import { shortId } from '../../config/revision.js';
import { keptRevision, withdrawalOf } from '../../history/record.js';
import type { HistoryRecord } from '../../history/record.js';
import { abort, approve, pause, resume, rollback, rollbackTarget } from '../../history/transitions.js';
import type { Decision } from './decide.js';
import { findKept, findRevision } from './find-revision.js';

export function approval(record: HistoryRecord, written: string): Decision {
  const id = findRevision(record, written);
  const waits = record.held?.revision === id || withdrawalOf(record, id) !== undefined;
  const note = waits ? '' : ' It neither is held nor was withdrawn now: this counts when it comes up.';
  return {
    change: (now, act) => approve(now, id, act),
    done: `${shortId(id)} is approved.${note}`,
    already: `${shortId(id)} was approved before; nothing changes.`,
  };
}

export const pausing = (): Decision => ({
  change: pause,
  done: 'The rollout is paused: no load of a new revision begins, and gateways that come up empty still get last good.',
  already: 'The rollout was paused before; nothing changes.',
});

export const resuming = (): Decision => ({
  change: resume,
  done: 'The rollout goes on.',
  already: 'The rollout was not paused; nothing changes.',
});

export function abortion(record: HistoryRecord, written: string | undefined): Decision {
  const id = written === undefined ? record.rollout?.revision : findRevision(record, written);
  if (id === undefined)
    throw new Error('nothing is being rolled out; to leave last good, use silverback rollback');
  if (id === record.lastGood)
    throw new Error(`${shortId(id)} is last good, its rollout is over: use silverback rollback`);
  const back =
    record.lastGood === undefined ? '' : `; gateways that have it go back to ${shortId(record.lastGood)}`;
  return {
    change: (now, act) => abort(now, id, act),
    done: `${shortId(id)} is withdrawn${back}. The next edit of the sources goes ahead.`,
    already: `${shortId(id)} was withdrawn before; nothing changes.`,
  };
}

export function goingBack(record: HistoryRecord, written: string | undefined): Decision {
  const target =
    written === undefined ? rollbackTarget(record) : keptRevision(record, findKept(record, written));
  if (target === undefined)
    throw new Error('there is no revision to go back to: none is kept before last good (silverback history)');
  const to = shortId(target.id);
  return {
    change: (now, act) => rollback(now, target.id, act),
    done: `Last good is ${to} now, kept at ${target.keptAt}: every gateway goes back to it, and what they leave is withdrawn. The next edit of the sources goes ahead.`,
    already: `${to} is last good already, and nothing else is being rolled out; nothing changes.`,
  };
}
