import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, stat, unlink, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock, Random } from '../clock/clock.js';
import type { Revision } from '../config/revision.js';
import { shortId } from '../config/revision.js';
import { inTurn } from './in-turn.js';
import { folderCell } from './folder-cell.js';
import { asHistoryError, codeOf, replaceFile } from './files.js';
import { HistoryError, Superseded } from './history-error.js';
import { pollRecord } from './poll-record.js';
import { createPointer } from './pointer.js';
import { describeKept } from './provenance.js';
import type { HistoryRecord } from './record.js';
import type { HistoryStore } from './store.js';
import { keep } from './transitions.js';

export interface FolderHistoryOptions {
  /** Must exist; nobody else writes into it. */
  readonly dir: string;
  /** How many revisions are kept. */
  readonly revisionHistory: number;
  readonly clock: Clock;
  readonly random: Random;
}

/** Bytes that no record names are of no use any more, unless somebody is about to name them (ms). */
const ORPHAN_AGE_MS = 600_000;
const REVISION_FILE = /^([0-9a-f]{32})\.json$/;

/** The history without Kubernetes: `history-<n>.json` and `revisions/<id>.json`, which are the very bytes that gateways get. */
export function openFolderHistory({
  dir,
  revisionHistory,
  clock,
  random,
}: FolderHistoryOptions): HistoryStore {
  const cell = folderCell(dir, () => clock.wall());
  const pointer = createPointer(cell, { clock, random });
  const revisions = join(dir, 'revisions');
  const fileOf = (id: string): string => join(revisions, `${id}.json`);

  async function store({ id, bytes }: Revision): Promise<void> {
    await mkdir(revisions, { mode: 0o700 }).catch((error: unknown) => {
      if (codeOf(error) !== 'EEXIST') throw error;
    });
    if (await isStored(id)) {
      const now = clock.wall();
      await utimes(fileOf(id), now, now);
    } else {
      await replaceFile(fileOf(id), bytes);
    }
  }

  async function isStored(id: string): Promise<boolean> {
    try {
      return md5(await readFile(fileOf(id))) === id;
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return false;
      throw error;
    }
  }

  async function sweep(record: HistoryRecord): Promise<void> {
    const named = new Set(record.revisions.map(({ id }) => id));
    for (const name of await readdir(revisions)) {
      const id = REVISION_FILE.exec(name)?.[1];
      if (id !== undefined ? named.has(id) : !name.startsWith('.draft-')) continue;
      const { mtimeMs } = await stat(join(revisions, name));
      if (clock.wall().getTime() - mtimeMs > ORPHAN_AGE_MS) await unlink(join(revisions, name));
    }
  }

  const inWords = (error: unknown): Promise<never> => Promise.reject(asHistoryError(error, dir));

  return {
    read: () => pointer.read(),
    update: (change, term) => pointer.update(change, term),
    keep: inTurn(async (revision, provenance, term) => {
      const before = await pointer.read();
      if (before.term > term) throw new Superseded(term, before.term);
      await store(revision).catch(inWords);
      const kept = describeKept(revision, provenance, clock.wall());
      const record = await pointer.update((now) => keep(now, kept, revisionHistory), term);
      await sweep(record).catch(() => undefined);
      return record;
    }),
    async load({ id, bytes: size, counts }) {
      const path = fileOf(id);
      const bytes = await readFile(path).catch((error: unknown) => {
        if (codeOf(error) !== 'ENOENT') return inWords(error);
        throw new HistoryError('missing', `${path} is gone: revision ${shortId(id)} cannot be read`);
      });
      if (bytes.length === size && md5(bytes) === id) return { id, bytes, counts };
      throw new HistoryError('corrupt', `${path} does not hold revision ${shortId(id)}: it is not used`);
    },
    follow: (onRecord, onTrouble) => pollRecord({ cell, pointer, clock, onRecord, onTrouble }),
  };
}

const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex');
