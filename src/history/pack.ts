// A revision's bytes as pieces that fit into Secrets, and back.
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { shortId } from '../config/revision.js';
import { HistoryError } from './history-error.js';
import type { KeptRevision, Slot } from './record.js';

/** What a slot holds at most (bytes). A Secret may hold 1 MiB in all; some is left for whatever else is put on it. */
export const SLOT_BYTES = 960 * 1024;

/** gzip, passed in like the clock: a thread's answer comes when it comes. */
export interface Gzip {
  readonly compress: (bytes: Uint8Array) => Promise<Uint8Array>;
  /** @throws for what is no gzip, or holds more than `limit` bytes */
  readonly decompress: (bytes: Uint8Array, limit: number) => Promise<Uint8Array>;
}

const [zip, unzip] = [promisify(gzip), promisify(gunzip)];

/** In Node's thread pool: the event loop belongs to renewals and probes. */
export const threadedGzip: Gzip = {
  compress: (bytes) => zip(bytes),
  decompress: (bytes, limit) => unzip(bytes, { maxOutputLength: limit }),
};

export interface Piece {
  readonly bytes: Uint8Array;
  readonly sha256: string;
}

/** Compressed and cut; at least one piece. */
export async function pack(bytes: Uint8Array, { compress } = threadedGzip): Promise<readonly Piece[]> {
  const packed = await compress(bytes);
  return Array.from({ length: Math.ceil(packed.length / SLOT_BYTES) }, (_, index) => {
    const piece = packed.subarray(index * SLOT_BYTES, (index + 1) * SLOT_BYTES);
    return { bytes: piece, sha256: sha256(piece) };
  });
}

/** Whether a slot holds what the record says it holds. */
export function fits(slot: Slot, bytes: Uint8Array): boolean {
  return bytes.length === slot.size && sha256(bytes) === slot.sha256;
}

/**
 * The bytes of which these are the pieces, in order.
 * @throws HistoryError `corrupt` for anything but exactly the revision
 */
export async function unpack(
  pieces: readonly Uint8Array[],
  kept: KeptRevision,
  { decompress } = threadedGzip,
): Promise<Uint8Array> {
  const bytes = await decompress(Buffer.concat(pieces), kept.bytes + 1).catch(() => undefined);
  const isWhole = bytes?.length === kept.bytes && createHash('md5').update(bytes).digest('hex') === kept.id;
  if (isWhole) return bytes;
  throw new HistoryError(
    'corrupt',
    `what is stored as revision ${shortId(kept.id)} is not that revision: it is not used`,
  );
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
