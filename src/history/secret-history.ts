import type { Clock, Random } from '../clock/clock.js';
import type { Revision } from '../config/revision.js';
import { shortId } from '../config/revision.js';
import type { KubeClient } from '../kube/client/client.js';
import { HistoryError } from './history-error.js';
import { inTurn } from './in-turn.js';
import { fits, pack, unpack } from './pack.js';
import type { Gzip, Piece } from './pack.js';
import { createPointer } from './pointer.js';
import { describeKept } from './provenance.js';
import type { Provenance } from './provenance.js';
import { keptRevision } from './record.js';
import type { HistoryRecord, KeptRevision, Slot } from './record.js';
import { patchSecret, readSecret, secretCell } from './secret-cell.js';
import { planSlots, stillFree } from './slots.js';
import type { SlotPlan } from './slots.js';
import type { HistoryStore } from './store.js';
import { keep } from './transitions.js';
import { watchRecord } from './watch-record.js';

export interface SecretHistoryOptions {
  readonly client: KubeClient;
  readonly namespace: string;
  /** Of the pointer Secret; the slots are `<name>-0`, `<name>-1`, … */
  readonly name: string;
  /** How many slots there are. */
  readonly slots: number;
  /** How many revisions are kept. */
  readonly revisionHistory: number;
  readonly clock: Clock;
  readonly random: Random;
  /** In threads unless told. */
  readonly gzip?: Gzip;
}

const SLOT_KEY = 'piece.gz';
/** As often may another leader get in between: one is one more than there should be. */
const MOST_TRIES = 5;

/**
 * The history in Secrets that exist already. Slots are written before the pointer names them, and only while nobody else wrote to
 * them since the pointer was read: a leader of old finds its term in the pointer, or its slot changed.
 */
export function openSecretHistory(options: SecretHistoryOptions): HistoryStore {
  const { client, namespace, name, slots: total, revisionHistory, clock } = options;
  const place = { client, namespace };
  const pointer = createPointer(secretCell(place, name), options);
  const slotName = (slot: number): string => `${name}-${slot}`;

  async function load(kept: KeptRevision): Promise<Revision> {
    const pieces = await Promise.all(
      kept.slots.map(async (slot) => {
        const { value } = await readSecret(place, slotName(slot.slot), SLOT_KEY);
        if (value !== undefined && fits(slot, value)) return value;
        const what = `Secret ${namespace}/${slotName(slot.slot)} does not hold its piece of revision ${shortId(kept.id)}`;
        throw new HistoryError('corrupt', `${what}: it is not used`);
      }),
    );
    return { id: kept.id, bytes: await unpack(pieces, kept, options.gzip), counts: kept.counts };
  }

  async function isWhole(kept: KeptRevision): Promise<boolean> {
    try {
      await load(kept);
      return true;
    } catch (error) {
      if (error instanceof HistoryError && ['corrupt', 'missing'].includes(error.code)) return false;
      throw error;
    }
  }

  /** Writes the pieces to slots that are free; undefined when somebody got in between. */
  async function store(
    record: HistoryRecord,
    id: string,
    pieces: readonly Piece[],
    term: number,
  ): Promise<readonly Slot[] | undefined> {
    const plan = planSlots(record, id, pieces.length, total);
    const versions = await Promise.all(
      plan.slots.map(async (slot) => (await readSecret(place, slotName(slot), SLOT_KEY)).resourceVersion),
    );
    // After the versions were read: whoever writes a slot from here on is seen by its version, whoever did before by the record.
    const claimed = await pointer.update((now) => claim(now, plan, term), term);
    if (!stillFree(claimed, plan)) return undefined;
    const written: Slot[] = [];
    for (const [index, piece] of pieces.entries()) {
      const [slot = 0, version = ''] = [plan.slots[index], versions[index]];
      if (!(await writePiece(slotName(slot), piece, version))) return undefined;
      written.push({ slot, sha256: piece.sha256, size: piece.bytes.length });
    }
    return written;
  }

  async function writePiece(secret: string, piece: Piece, version: string): Promise<boolean> {
    const outcome = await patchSecret(place, secret, SLOT_KEY, piece.bytes, version);
    if (outcome !== 'unknown') return outcome === 'written';
    const { value } = await readSecret(place, secret, SLOT_KEY);
    return value !== undefined && fits({ slot: 0, sha256: piece.sha256, size: piece.bytes.length }, value);
  }

  async function storeAnew(
    { id, bytes }: Revision,
    term: number,
    before: HistoryRecord,
  ): Promise<readonly Slot[]> {
    const pieces = await pack(bytes, options.gzip);
    let record = before;
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const written = await store(record, id, pieces, term);
      if (written !== undefined) return written;
      record = await pointer.read();
    }
    throw new HistoryError(
      'contended',
      `the slots of Secret ${namespace}/${name} were changed by others ${MOST_TRIES} times in a row`,
      'is it used by two releases?',
    );
  }

  return {
    read: () => pointer.read(),
    update: (change, term) => pointer.update(change, term),
    load,
    keep: inTurn(async (revision: Revision, provenance: Provenance, term: number) => {
      const record = await pointer.read();
      const known = keptRevision(record, revision.id);
      const slots =
        known !== undefined && (await isWhole(known)) ? known.slots : await storeAnew(revision, term, record);
      const kept = describeKept(revision, provenance, clock.wall(), slots);
      return pointer.update((now) => keep(now, kept, revisionHistory), term);
    }),
    follow: (onRecord, onTrouble) => watchRecord({ ...options, place, pointer, onRecord, onTrouble }),
  };
}

/** The pointer lets go of what is dropped, and carries our term, so that no leader of old writes slots any more. */
function claim(record: HistoryRecord, { drop }: SlotPlan, term: number): HistoryRecord | undefined {
  const revisions = record.revisions.filter(({ id }) => id === record.lastGood || !drop.includes(id));
  if (record.term === term && revisions.length === record.revisions.length) return undefined;
  return { ...record, revisions };
}
