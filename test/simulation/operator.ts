import { gunzipSync, gzipSync } from 'node:zlib';
import type { Clock } from '../../src/clock/clock.js';
import type { KubeApi } from '../../src/emulator/kube/api.js';
import { isFields } from '../../src/emulator/kube/object.js';
import type { Gzip } from '../../src/history/pack.js';
import { parseStored, serialiseStored } from '../../src/history/record-json.js';
import { EMPTY_RECORD, withdrawalOf } from '../../src/history/record.js';
import type { HistoryRecord } from '../../src/history/record.js';
import { abort, approve, pause, resume, rollback, rollbackTarget } from '../../src/history/transitions.js';
import type { Act } from '../../src/history/transitions.js';
import type { Dice } from './dice.js';
import type { Note } from './facts.js';
import { NAMESPACE } from './pods.js';

export const HISTORY = 'history';
export const SLOTS = 6;

/** gzip whose answer comes at once: threads know no virtual time. */
export const promptGzip: Gzip = {
  compress: (bytes) => Promise.resolve(gzipSync(bytes, { level: 1 })),
  decompress: async (bytes, limit) => gunzipSync(bytes, { maxOutputLength: limit }),
};

/** Whoever approves, pauses and rolls back, with the transitions that the command line makes. */
export interface Operator {
  /** Anything that the record allows. */
  readonly act: () => void;
  /** To the revision before last good. */
  readonly rollBack: () => void;
  /** Lets go on whatever waits for a person. */
  readonly letGo: () => void;
  readonly record: () => HistoryRecord;
  /** What is to be served where the sources come to a revision: last good, if there is one, in place of one that was withdrawn. */
  readonly wanted: (revision: string) => string | undefined;
}

interface OperatorOptions {
  readonly clock: Clock;
  readonly api: KubeApi;
  readonly dice: Dice;
  readonly note: Note;
  /** Whether there is a history to act on. */
  readonly durable: boolean;
}

const SECRETS = `/api/v1/namespaces/${NAMESPACE}/secrets`;

export function createOperator({ clock, api, dice, note, durable }: OperatorOptions): Operator {
  if (durable) {
    for (const name of [HISTORY, ...Array.from({ length: SLOTS }, (_, slot) => `${HISTORY}-${slot}`)]) {
      api.handle({ method: 'POST', path: SECRETS, body: JSON.stringify({ metadata: { name } }) });
    }
  }

  const stored = (): ReturnType<typeof parseStored> => {
    const answer = durable ? api.handle({ method: 'GET', path: `${SECRETS}/${HISTORY}` }) : { status: 404 };
    const data: unknown = 'body' in answer && isFields(answer.body) ? answer.body['data'] : undefined;
    const text: unknown = isFields(data) ? data['record.json'] : undefined;
    if (typeof text !== 'string') return { record: EMPTY_RECORD, writes: [] };
    return parseStored(Buffer.from(text, 'base64').toString(), 'the history');
  };

  const change = (what: string, make: (record: HistoryRecord, act: Act) => HistoryRecord): void => {
    const { record, writes } = stored();
    const next = make(record, { by: 'operator', at: clock.wall().toISOString() });
    if (next === record || !durable) return;
    note({ kind: 'event', who: 'operator', what });
    const data = { 'record.json': Buffer.from(serialiseStored({ record: next, writes })).toString('base64') };
    api.handle({
      method: 'PATCH',
      path: `${SECRETS}/${HISTORY}`,
      contentType: 'application/merge-patch+json',
      body: JSON.stringify({ data }),
    });
  };

  const approveHeld = (): void => {
    const held = stored().record.held?.revision;
    if (held === undefined) return;
    note({ kind: 'approved', hash: held });
    change(`approves ${held}`, (record, act) => approve(record, held, act));
  };
  const resumeRollout = (): void => change('resumes', resume);

  return {
    act() {
      const { record } = stored();
      const target = rollbackTarget(record)?.id;
      const { rollout } = record;
      const acts = [
        approveHeld,
        () => change('pauses', pause),
        resumeRollout,
        ...(rollout === undefined
          ? []
          : [() => change(`aborts ${rollout.revision}`, (now, act) => abort(now, rollout.revision, act))]),
        ...(target === undefined
          ? []
          : [() => change(`rolls back to ${target}`, (now, act) => rollback(now, target, act))]),
      ];
      dice.pickOf(acts)?.();
    },
    rollBack() {
      const target = rollbackTarget(stored().record)?.id;
      if (target !== undefined) change(`rolls back to ${target}`, (now, act) => rollback(now, target, act));
    },
    letGo() {
      approveHeld();
      resumeRollout();
    },
    record: () => stored().record,
    wanted(revision) {
      const { record } = stored();
      return withdrawalOf(record, revision) === undefined ? revision : record.lastGood;
    },
  };
}
