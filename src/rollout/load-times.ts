/** How many of the newest loads are remembered. */
const REMEMBERED = 64;
/** A load is late when it takes this many times what its fellows took. */
const LATE_FACTOR = 3;
/** Below this, differences are noise (ms). */
const FLOOR_MS = 250;
/** One that fellows overtake is late sooner: after this many times what they take, or what it took itself the last time. */
const OVERTAKEN_FACTOR = 1.5;
const OVERTAKEN_FLOOR_MS = 50;
/**
 * What is not yet called late while no load has been seen to end: a real Kong 3.9.3 needs about 1.6 s per MB, and
 * a fleet of slow ones must not be taken for a fleet of hung ones.
 */
const UNKNOWN_MS = 1_000;
const UNKNOWN_MS_PER_BYTE = 9_000 / 1_000_000;

/** One load in progress. */
export interface Load {
  /** After how many milliseconds it is late; less once fellows that began after it are done. */
  lateAfterMs(): number;
  /** The gateway has taken it. */
  done(durationMs: number): void;
  /** It ended in any other way, or nobody waits for it any more. */
  over(): void;
}

/** Learns from finished loads how long a load of a given size takes, to tell the late from the large. */
export interface LoadTimes {
  /**
   * @param bytes its size
   * @param lastLoadMs what this gateway needed the last time, if that is known: a slow one is not a hung one
   */
  begin(bytes: number, lastLoadMs: number | undefined): Load;
}

interface Running {
  readonly order: number;
  overtakenBy: number;
}

/** @param concurrency how many loads run side by side: whom half as many overtake lags by about a whole load */
export function createLoadTimes(concurrency: number): LoadTimes {
  const samples: { readonly durationMs: number; readonly bytes: number }[] = [];
  const running = new Set<Running>();
  const overtakers = Math.max(2, Math.ceil(concurrency / 2));
  let begun = 0;

  const learn = (durationMs: number, bytes: number): void => {
    samples.push({ durationMs, bytes });
    if (samples.length > REMEMBERED) samples.shift();
  };

  /** The median of what the remembered loads took, scaled up to the size. */
  const expectedMs = (bytes: number): number | undefined =>
    samples
      .map((sample) => sample.durationMs * Math.max(1, bytes / Math.max(1, sample.bytes)))
      .sort((a, b) => a - b)[samples.length >> 1];

  return {
    begin(bytes, lastLoadMs = 0) {
      const load: Running = { order: begun, overtakenBy: 0 };
      begun += 1;
      running.add(load);
      return {
        lateAfterMs() {
          const expected = expectedMs(bytes);
          if (expected === undefined) return UNKNOWN_MS + bytes * UNKNOWN_MS_PER_BYTE;
          if (load.overtakenBy < overtakers) return Math.max(FLOOR_MS, LATE_FACTOR * expected);
          return Math.max(OVERTAKEN_FLOOR_MS, OVERTAKEN_FACTOR * Math.max(expected, lastLoadMs));
        },
        done(durationMs) {
          running.delete(load);
          for (const fellow of running) if (fellow.order < load.order) fellow.overtakenBy += 1;
          learn(durationMs, bytes);
        },
        over: () => void running.delete(load),
      };
    },
  };
}
