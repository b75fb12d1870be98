import { parentPort, workerData } from 'node:worker_threads';
import { createCompiler } from '../config/compile.js';
import type { Compiler } from '../config/compile.js';
import type { CompilerReply, CompilerRequest, PluginSchemas, ThreadData } from './compiler.js';
import { pluginModels } from './plugin-models.js';

/** The thread's side of `compiler.ts`: one request at a time, bytes handed over without a copy. */
const { options, schemas: given } = workerData as ThreadData;

async function compilerWith(schemas: PluginSchemas): Promise<Compiler> {
  return createCompiler({ ...options, now: () => new Date(), plugins: await pluginModels(schemas) });
}

let compiler = await compilerWith(given);

function answer(request: Exclude<CompilerRequest, { kind: 'use' }>): {
  reply: CompilerReply;
  transfer: ArrayBuffer[];
} {
  const { id } = request;
  if (request.kind === 'explain') {
    return {
      reply: { id, kind: 'explained', findings: compiler.explain(request.revision, request.body) },
      transfer: [],
    };
  }
  if (request.kind === 'compare') {
    const changes = compiler.compare(request.baseline, request.revision);
    return { reply: { id, kind: 'compared', changes }, transfer: [] };
  }
  const compilation = compiler.compile(request.texts);
  const buffer = compilation.revision?.bytes.buffer;
  return {
    reply: { id, kind: 'compiled', compilation },
    transfer: buffer instanceof ArrayBuffer ? [buffer] : [],
  };
}

async function handle(request: CompilerRequest): Promise<void> {
  if (request.kind === 'use') {
    compiler = await compilerWith(request.schemas);
    return;
  }
  try {
    const { reply, transfer } = answer(request);
    parentPort?.postMessage(reply, transfer);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    parentPort?.postMessage({ id: request.id, kind: 'failed', reason } satisfies CompilerReply);
  }
}

let turn = Promise.resolve();
parentPort?.on('message', (request: CompilerRequest) => {
  turn = turn.then(() => handle(request));
});
