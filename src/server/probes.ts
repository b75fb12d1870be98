import type { Handler } from './listen.js';

/** One thing that must be done before we are ready: what, and whether it is. */
export interface ReadyCheck {
  readonly name: string;
  readonly done: () => boolean;
}

/**
 * `/healthz`: 200 for as long as the event loop turns; `/readyz`: 200 once every check has been met, 503 with the
 * ones that have not. A rejected configuration, an unreachable gateway or none at all are no reason to be
 * restarted, nor to stall an installation: they are no checks.
 */
export function probeRoutes(checks: readonly ReadyCheck[]): Readonly<Record<string, Handler>> {
  return {
    '/healthz': (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/plain' }).end('ok\n');
    },
    '/readyz': (_request, response) => {
      const lines = checks.map(({ name, done }) => ({ name, done: done() }));
      const ready = lines.every(({ done }) => done);
      const text = lines
        .map(({ name, done }) => `[${done ? '+' : '-'}] ${name} ${done ? 'ok' : 'not yet'}\n`)
        .join('');
      response.writeHead(ready ? 200 : 503, { 'content-type': 'text/plain' }).end(text);
    },
  };
}
