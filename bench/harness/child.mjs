// A process of its own that takes commands, one at a time, and answers each.
import { fork } from 'node:child_process';

/**
 * @param {string} file a module that answers `{seq, command, ...options}` with `{seq, result}` or `{seq, error}`
 * @returns {{ call: (command: string, options?: object) => Promise<any>, end: () => void }}
 */
export function startChild(file, { args = [], execArgv = [] } = {}) {
  const child = fork(file, args, { execArgv, serialization: 'advanced' });
  const waiting = new Map();
  let seq = 0;
  child.on('message', ({ seq: answered, result, error }) => {
    const { resolve, reject } = waiting.get(answered);
    waiting.delete(answered);
    if (error === undefined) resolve(result);
    else reject(new Error(error));
  });
  child.on('exit', (code, signal) => {
    for (const { reject } of waiting.values()) reject(new Error(`${file} ended: ${signal ?? code}`));
  });
  return {
    call: (command, options = {}) =>
      new Promise((resolve, reject) => {
        seq += 1;
        waiting.set(seq, { resolve, reject });
        child.send({ seq, command, ...options });
      }),
    end: () => child.kill(),
  };
}
