import { Worker } from 'node:worker_threads';
import type { Baseline, Compilation, CompilerOptions } from '../config/compile.js';
import type { ChangeCounts } from '../config/diff/change-counts.js';
import type { Finding } from '../config/finding.js';
import type { KongSchema } from '../config/schema/kong-schema.js';
import type { SourceText } from '../sources/source.js';

/** The config room at arm's length: parsing and validating must never hold up lease renewals and probes. */
export interface AsyncCompiler {
  /** @throws an Error when the thread died over it (out of memory, out of time): nothing is known then. */
  compile(texts: readonly SourceText[]): Promise<Compilation>;
  /** Kong's 400 to a revision as findings on the sources' lines; empty where the revision is no longer known. */
  explain(revision: string, body: string): Promise<readonly Finding[]>;
  /** How much a revision differs from a text that Kong took; `undefined` where that cannot be said. */
  compare(baseline: Baseline, revision: string): Promise<ChangeCounts | undefined>;
  /** Plugins to be known from now on, beside the bundled ones and those that it was started with. */
  use(schemas: PluginSchemas): void;
  close(): Promise<void>;
}

/** What can be handed to a thread; it has a clock of its own. */
export type ThreadOptions = Omit<CompilerOptions, 'now'>;

/** Kong's schemas by plugin name. */
export type PluginSchemas = ReadonlyMap<string, KongSchema>;

/** What the thread is started with. */
export interface ThreadData {
  readonly options: ThreadOptions;
  readonly schemas: PluginSchemas;
}

export type CompilerRequest =
  | { readonly id: number; readonly kind: 'compile'; readonly texts: readonly SourceText[] }
  | { readonly id: number; readonly kind: 'explain'; readonly revision: string; readonly body: string }
  | { readonly id: number; readonly kind: 'compare'; readonly baseline: Baseline; readonly revision: string }
  | { readonly id: number; readonly kind: 'use'; readonly schemas: PluginSchemas };

export type CompilerReply =
  | { readonly id: number; readonly kind: 'compiled'; readonly compilation: Compilation }
  | { readonly id: number; readonly kind: 'explained'; readonly findings: readonly Finding[] }
  | { readonly id: number; readonly kind: 'compared'; readonly changes: ChangeCounts | undefined }
  | { readonly id: number; readonly kind: 'failed'; readonly reason: string };

interface Waiting {
  readonly resolve: (reply: CompilerReply) => void;
  readonly reject: (error: Error) => void;
}

/** A text that takes longer than this is hostile, whatever it is (ms). */
const TIME_LIMIT_MS = 120_000;
const HEAP_LIMIT_MB = 3072;

/**
 * Runs the compiler in a worker thread; a thread that dies is replaced at the next request (its cache is lost,
 * nothing else).
 *
 * @param given schemas that win over those of the bundled plugins
 */
export function startCompiler(options: ThreadOptions, given: PluginSchemas = new Map()): AsyncCompiler {
  const waiting = new Map<number, Waiting>();
  let worker: Worker | undefined;
  let lastId = 0;
  let schemas = given;

  const fail = (reason: string): void => {
    for (const { reject } of waiting.values()) reject(new Error(reason));
    waiting.clear();
  };

  const start = (): Worker => {
    const fresh = new Worker(new URL('./compiler-thread.js', import.meta.url), {
      workerData: { options, schemas } satisfies ThreadData,
      resourceLimits: { maxOldGenerationSizeMb: HEAP_LIMIT_MB, stackSizeMb: 16 },
    });
    fresh.unref();
    fresh.on('message', (reply: CompilerReply) => {
      const asked = waiting.get(reply.id);
      waiting.delete(reply.id);
      asked?.resolve(reply);
    });
    const died = (reason: string): void => {
      if (worker !== fresh) return;
      worker = undefined;
      // Whatever it died of, schemas from a gateway must not be able to kill its successor, too.
      schemas = given;
      fail(reason);
    };
    fresh.on('error', (error) => died(`the validator stopped: ${error.message}`));
    fresh.on('exit', () => died('the validator stopped'));
    return fresh;
  };

  const ask = async (request: CompilerRequest): Promise<CompilerReply> => {
    const running = (worker ??= start());
    const timer = setTimeout(() => void running.terminate(), TIME_LIMIT_MS);
    running.ref();
    try {
      return await new Promise<CompilerReply>((resolve, reject) => {
        waiting.set(request.id, { resolve, reject });
        running.postMessage(request);
      });
    } finally {
      clearTimeout(timer);
      if (waiting.size === 0) running.unref();
    }
  };

  return {
    async compile(texts) {
      const reply = await ask({ id: ++lastId, kind: 'compile', texts });
      if (reply.kind === 'compiled') return reply.compilation;
      throw new Error(reply.kind === 'failed' ? reply.reason : 'the validator gave no answer');
    },
    async explain(revision, body) {
      const reply = await ask({ id: ++lastId, kind: 'explain', revision, body });
      return reply.kind === 'explained' ? reply.findings : [];
    },
    async compare(baseline, revision) {
      const reply = await ask({ id: ++lastId, kind: 'compare', baseline, revision });
      return reply.kind === 'compared' ? reply.changes : undefined;
    },
    use(more) {
      schemas = new Map([...more, ...given]);
      worker?.postMessage({ id: ++lastId, kind: 'use', schemas } satisfies CompilerRequest);
    },
    async close() {
      const running = worker;
      worker = undefined;
      fail('shutting down');
      await running?.terminate();
    },
  };
}
