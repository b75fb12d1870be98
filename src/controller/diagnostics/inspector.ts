import { Worker } from 'node:worker_threads';
import type { Clock } from '../../clock/clock.js';
import type { Finding } from '../../config/finding.js';
import { ApiError } from '../../server/diagnostics/source.js';
import type { SourceText } from '../../sources/source.js';
import type { PluginSchemas } from '../compiler.js';

/** Looks into configurations for people: whatever takes long, off the event loop, and apart from what the controller lives on. */
export interface Inspector {
  /** The lines that findings point to, masked; undefined where there is none to be shown. */
  readonly excerpts: (
    texts: readonly SourceText[],
    findings: readonly Finding[],
  ) => Promise<readonly (string | undefined)[]>;
  /** A revision as YAML, secrets redacted. */
  readonly redact: (bytes: Uint8Array) => Promise<string>;
  /** What differs, as the JSON of `silverback diff`. */
  readonly diff: (from: RevisionText, to: RevisionText) => Promise<string>;
  readonly close: () => Promise<void>;
}

export interface RevisionText {
  /** As places of the diff name it. */
  readonly file: string;
  readonly text: Uint8Array;
}

/** What the thread is started with. */
export interface InspectorData {
  readonly deck: boolean;
  readonly schemas: PluginSchemas;
}

export type InspectorTask =
  | {
      readonly kind: 'excerpts';
      readonly texts: readonly SourceText[];
      readonly findings: readonly Finding[];
    }
  | { readonly kind: 'redact'; readonly bytes: Uint8Array }
  | { readonly kind: 'diff'; readonly from: RevisionText; readonly to: RevisionText };

export type InspectorAnswer =
  { readonly ok: true; readonly texts: readonly (string | undefined)[] } | { readonly ok: false };

/** So many may wait for their turn. */
const MAX_WAITING = 8;
const TIME_LIMIT_MS = 60_000;
/** Nobody asks any more: the thread's memory is given back (ms). */
const IDLE_MS = 60_000;
const HEAP_LIMIT_MB = 1024;

const BUSY = new ApiError(
  503,
  'busy',
  'too many configurations are being looked into; try again in a moment',
);
const FAILED = new ApiError(500, 'not-possible', 'this revision is too large or too odd to be looked into');

/**
 * A thread of its own, started when somebody asks and ended when nobody does: an operator's question must neither hold up the event
 * loop nor the compiler's thread. One question at a time.
 */
export function startInspector(data: () => Promise<InspectorData>, clock: Clock): Inspector {
  let worker: Worker | undefined;
  let waiting = 0;
  let turn: Promise<unknown> = Promise.resolve();
  let cancelIdle = (): void => undefined;

  const end = async (): Promise<void> => {
    const running = worker;
    worker = undefined;
    await running?.terminate();
  };

  const start = async (): Promise<Worker> => {
    const fresh = new Worker(new URL('./inspector-thread.js', import.meta.url), {
      workerData: await data(),
      resourceLimits: { maxOldGenerationSizeMb: HEAP_LIMIT_MB, stackSizeMb: 16 },
    });
    // What it dies of is told to whoever waits; without this it would end the process.
    fresh.on('error', () => undefined);
    fresh.unref();
    return fresh;
  };

  const run = async (task: InspectorTask): Promise<InspectorAnswer> => {
    const running = (worker ??= await start());
    return new Promise((resolve, reject) => {
      const cancelLimit = clock.after(TIME_LIMIT_MS, () => void end());
      const died = (): void => {
        cancelLimit();
        if (worker === running) worker = undefined;
        reject(FAILED);
      };
      running.once('exit', died);
      running.once('message', (answer: InspectorAnswer) => {
        cancelLimit();
        running.off('exit', died);
        resolve(answer);
      });
      running.postMessage(task);
    });
  };

  const ask = async (task: InspectorTask): Promise<readonly (string | undefined)[]> => {
    if (waiting >= MAX_WAITING) throw BUSY;
    waiting += 1;
    cancelIdle();
    const mine = turn.then(() => run(task));
    turn = mine.catch(() => undefined);
    try {
      const answer = await mine;
      if (!answer.ok) throw FAILED;
      return answer.texts;
    } finally {
      waiting -= 1;
      if (waiting === 0) cancelIdle = clock.after(IDLE_MS, () => void end());
    }
  };

  const askOne = async (task: InspectorTask): Promise<string> => {
    const [text] = await ask(task);
    if (text === undefined) throw FAILED;
    return text;
  };

  return {
    excerpts: (texts, findings) => ask({ kind: 'excerpts', texts, findings }),
    redact: (bytes) => askOne({ kind: 'redact', bytes }),
    diff: (from, to) => askOne({ kind: 'diff', from, to }),
    async close() {
      cancelIdle();
      await end();
    },
  };
}
