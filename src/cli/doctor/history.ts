// Where last good is kept: the Secrets or the folder, and whether what is there is whole.
import { access, constants, stat } from 'node:fs/promises';
import { systemClock } from '../../clock/clock.js';
import type { Revision } from '../../config/revision.js';
import { shortId } from '../../config/revision.js';
import { namespaceFor } from '../../controller/cluster.js';
import type { Cluster } from '../../controller/cluster.js';
import { openHistory } from '../../controller/history.js';
import { HistoryError } from '../../history/history-error.js';
import { pack } from '../../history/pack.js';
import { keptRevision } from '../../history/record.js';
import type { HistoryRecord } from '../../history/record.js';
import type { HistoryStore } from '../../history/store.js';
import { SECRETS } from '../../kube/client/resource.js';
import { KubeError } from '../../kube/kube-error.js';
import { plural } from '../../report/line.js';
import { oneLine } from '../../report/one-line.js';
import type { Values } from '../../settings/read.js';
import { resultsOf } from './result.js';
import type { Result } from './result.js';

const { ok, warn, fail, skipped } = resultsOf('history');

export interface CheckedHistory {
  readonly results: readonly Result[];
  /** As far as it could be read. */
  readonly record?: HistoryRecord;
}

/** @param revision what the sources hold, if it is valid */
export async function checkHistory(
  values: Values,
  cluster: Cluster | undefined,
  revision: Revision | undefined,
): Promise<CheckedHistory> {
  const dir = values['data-dir'];
  if (values['history-secret'] === undefined && dir === undefined) return { results: [] };
  if (dir === undefined && cluster === undefined)
    return { results: [skipped('record', 'the API server cannot be used')] };
  const folder = dir === undefined ? undefined : await checkFolder(dir);
  if (folder?.verdict === 'fail') return { results: [folder] };
  const ports = { clock: systemClock, random: Math.random, report: () => undefined };
  const { store } = openHistory(values, cluster, ports);
  const { results, record } = await checkRecord(store);
  const slots = cluster === undefined || dir !== undefined ? [] : await checkSlots(values, cluster, revision);
  const all = [...(folder === undefined ? [] : [folder]), ...results, ...slots];
  return { results: all, ...(record !== undefined && { record }) };
}

async function checkFolder(dir: string): Promise<Result> {
  const fix = 'mount a volume that survives restarts there, writable for the user that Silverback runs as';
  try {
    if (!(await stat(dir)).isDirectory()) return fail('folder', `${dir} is no folder`, { fix });
    await access(dir, constants.R_OK | constants.W_OK | constants.X_OK);
    return ok('folder', `${dir} is there, and writable`);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    const why = code === 'ENOENT' ? 'does not exist' : 'cannot be written to';
    return fail('folder', `${dir} ${why}`, { fix });
  }
}

async function checkRecord(store: HistoryStore): Promise<CheckedHistory> {
  try {
    const record = await store.read();
    const { lastGood } = record;
    if (lastGood === undefined)
      return { results: [ok('record', 'readable; nothing is last good yet')], record };
    const kept = keptRevision(record, lastGood);
    if (kept !== undefined) await store.load(kept);
    const more = plural(record.revisions.length, 'revision');
    return { results: [ok('record', `last good is ${shortId(lastGood)}, and whole; ${more} kept`)], record };
  } catch (error) {
    return { results: [trouble('record', error)] };
  }
}

function trouble(check: string, error: unknown): Result {
  if (!(error instanceof HistoryError)) throw error;
  const { message, advice } = error;
  return fail(check, oneLine(message), advice === undefined ? {} : { fix: advice });
}

/** Last good and a new revision must fit in together. */
async function checkSlots(
  values: Values,
  cluster: Cluster,
  revision: Revision | undefined,
): Promise<Result[]> {
  const record = values['history-secret'] ?? '';
  const namespace = namespaceFor('history-namespace', values['history-namespace'], cluster);
  const total = values['history-slots'];
  const names = Array.from({ length: total }, (_, slot) => `${record}-${slot}`);
  const missing: string[] = [];
  for (const name of names) {
    try {
      await cluster.client.get({ resource: SECRETS, namespace, name }, () => undefined);
    } catch (error) {
      if (!(error instanceof KubeError)) throw error;
      if (error.status !== 404)
        return [
          fail('slots', `Secret ${namespace}/${name}: ${oneLine(error.message)}`, {
            fix: 'see the rights above',
          }),
        ];
      missing.push(name);
    }
  }
  if (missing.length > 0) {
    const message = `there is no Secret ${missing.map((name) => `${namespace}/${name}`).join(', ')}`;
    return [
      fail('slots', message, {
        fix: 'create them empty, or set --history-slots to how many there are: Silverback never creates Secrets',
        snippet: missing.map((name) => `kubectl -n ${namespace} create secret generic ${name}`).join('\n'),
      }),
    ];
  }
  if (revision === undefined) return [ok('slots', `all ${total} are there`)];
  const need = (await pack(revision.bytes)).length;
  if (need * 2 <= total) return [ok('slots', `all ${total} are there; this configuration takes ${need}`)];
  const message = `this configuration takes ${need} of ${total} slots: last good and a new one do not fit in together`;
  return [
    warn('slots', message, {
      fix: `create more (up to ${record}-${need * 2 - 1}), and raise --history-slots to ${need * 2}`,
    }),
  ];
}
