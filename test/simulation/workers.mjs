// Processes that play seeds (worker.ts), each with the code as it is or with one mutant of it.
import { fork } from 'node:child_process';

/**
 * @param {string} mutant its name; empty for the code as it is
 */
export function startWorker(mutant) {
  const child = fork(new URL('./worker.ts', import.meta.url), {
    execArgv: [
      '--enable-source-maps',
      '--import',
      new URL('./typescript/register.mjs', import.meta.url).href,
    ],
    env: { ...process.env, SIMULATION_MUTANT: mutant },
  });
  return {
    play: (seed, trace) =>
      new Promise((resolve, reject) => {
        const died = (code) => reject(new Error(`the worker died over seed ${seed} (${code})`));
        child.once('exit', died);
        child.once('message', (outcome) => {
          child.off('exit', died);
          resolve(outcome);
        });
        child.send({ seed, trace });
      }),
    close() {
      if (child.connected) child.disconnect();
    },
  };
}
