/** How many of the newest loads are remembered. */
const REMEMBERED = 64;
/** A load is late when it takes this many times what its fellows took. */
const LATE_FACTOR = 3;
/** Below this, differences are noise (ms). */
const FLOOR_MS = 250;
/**
 * What is not yet called late while no load has been seen to end: a real Kong 3.9.3 needs about 1.6 s per MB, and
 * a fleet of slow ones must not be taken for a fleet of hung ones.
 */
const UNKNOWN_MS = 1_000;
const UNKNOWN_MS_PER_BYTE = 9_000 / 1_000_000;

/** Learns from finished loads how long a load of a given size takes, to tell the late from the large. */
export interface LoadTimes {
  add(durationMs: number, bytes: number): void;
  /** After how many milliseconds a load of `bytes` is late. */
  lateAfterMs(bytes: number): number;
}

export function createLoadTimes(): LoadTimes {
  const samples: { readonly durationMs: number; readonly bytes: number }[] = [];
  return {
    add(durationMs, bytes) {
      samples.push({ durationMs, bytes });
      if (samples.length > REMEMBERED) samples.shift();
    },
    lateAfterMs(bytes) {
      const expected = samples
        .map((sample) => sample.durationMs * Math.max(1, bytes / Math.max(1, sample.bytes)))
        .sort((a, b) => a - b)[samples.length >> 1];
      if (expected === undefined) return UNKNOWN_MS + bytes * UNKNOWN_MS_PER_BYTE;
      return Math.max(FLOOR_MS, LATE_FACTOR * expected);
    },
  };
}
