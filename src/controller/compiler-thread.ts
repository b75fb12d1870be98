import { parentPort, workerData } from 'node:worker_threads';
import { createCompiler } from '../config/compile.js';
import type { CompilerReply, CompilerRequest, ThreadOptions } from './compiler.js';

/** The thread's side of `compiler.ts`: one request at a time, bytes handed over without a copy. */
const compiler = createCompiler({ ...(workerData as ThreadOptions), now: () => new Date() });

function answer(request: CompilerRequest): { reply: CompilerReply; transfer: ArrayBuffer[] } {
  const { id } = request;
  if (request.kind === 'explain') {
    return {
      reply: { id, kind: 'explained', findings: compiler.explain(request.revision, request.body) },
      transfer: [],
    };
  }
  const compilation = compiler.compile(request.texts);
  const buffer = compilation.revision?.bytes.buffer;
  return {
    reply: { id, kind: 'compiled', compilation },
    transfer: buffer instanceof ArrayBuffer ? [buffer] : [],
  };
}

parentPort?.on('message', (request: CompilerRequest) => {
  try {
    const { reply, transfer } = answer(request);
    parentPort?.postMessage(reply, transfer);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    parentPort?.postMessage({ id: request.id, kind: 'failed', reason } satisfies CompilerReply);
  }
});
