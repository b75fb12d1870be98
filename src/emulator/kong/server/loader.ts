import { unexpected, message, jsonText, type Answer } from './answer.js';
import type { Config } from './evaluate.js';
import type { Journal, LoadRecord } from './journal.js';
import type { Settings } from './options.js';
import { loadedBody, storedBytes } from './store.js';
import { isKongBreaking } from '../lua/value.js';

/** Seconds that Kong's 429 asks to wait: what is left of its lock, at most 10. */
const RETRY_AFTER = '10';

/** Loads configs into a gateway: takes its time, and goes on whether or not anybody waits for the answer. */
export interface Loader {
  /** Calls `done` with Kong's answer when the load is over; never, when the gateway is killed before. */
  load(config: Config, done: (answer: Answer) => void): void;
  /** A config that was refused, for the record. */
  refused(hash: string): void;
  /** The process dies: whatever is being loaded is gone. */
  kill(): void;
}

export interface LoaderOptions {
  readonly settings: Settings;
  readonly journal: Journal;
  readonly showNulls: boolean;
  readonly commit: (config: Config) => void;
}

export function createLoader({ settings, journal, showNulls, commit }: LoaderOptions): Loader {
  const running = new Map<LoadRecord, () => void>();
  let writing = false;

  const record = (hash: string, accepted: boolean, entities: number): LoadRecord => {
    const entry = { id: journal.nextId(), startedAt: performance.now(), hash, accepted, entities };
    journal.loads.push(entry);
    return entry;
  };

  const watchOverlap = (entry: LoadRecord): void => {
    for (const other of running.keys()) {
      const text = `load ${entry.id} (${entry.hash}) began while load ${other.id} (${other.hash}) was running`;
      journal.violations.push({ at: entry.startedAt, loads: [other.id, entry.id], text });
    }
  };

  const load = (config: Config, done: (answer: Answer) => void): void => {
    const entry = record(config.hash, true, config.count);
    watchOverlap(entry);
    const whole = settings.loadMs + settings.loadMsPerEntity * config.count;
    const writeMs = Math.min(settings.writeMs, whole);
    const finish = (answer: Answer): void => {
      running.delete(entry);
      done(answer);
      journal.changed();
    };
    const write = (): void => {
      if (writing) {
        finish(message(429, 'Currently loading previous configuration', { 'Retry-After': RETRY_AFTER }));
        return;
      }
      if (Number.isFinite(settings.lmdbBytes) && storedBytes(config) > settings.lmdbBytes) {
        finish(message(413, LMDB_FULL));
        return;
      }
      writing = true;
      step(entry, writeMs, () => {
        writing = false;
        commit(config);
        entry.committedAt = performance.now();
        finish(loadedAnswer(config));
      });
    };
    step(entry, whole - writeMs, write);
    journal.changed();
  };

  /** Goes on at once when there is nothing to wait for. */
  const step = (entry: LoadRecord, ms: number, next: () => void): void => {
    running.set(entry, () => undefined);
    if (ms > 0) running.set(entry, settings.after(ms, next));
    else next();
  };

  const loadedAnswer = (config: Config): Answer => {
    if (settings.answer === 'small') return jsonText(201, '{}');
    try {
      return jsonText(201, loadedBody(config, showNulls));
    } catch (error) {
      if (isKongBreaking(error)) return unexpected();
      throw error;
    }
  };

  return {
    load,
    refused(hash) {
      record(hash, false, 0);
      journal.changed();
    },
    kill() {
      for (const cancel of running.values()) cancel();
      running.clear();
      writing = false;
    },
  };
}

const LMDB_FULL =
  'Configuration does not fit in LMDB database, consider raising the "lmdb_map_size" config for Kong';
