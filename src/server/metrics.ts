import type { Registry } from 'prom-client';
import type { Handler } from './listen.js';

/** `/metrics` in Prometheus' text format. */
export function metricsRoutes(registry: Registry): Readonly<Record<string, Handler>> {
  return {
    '/metrics': async (_request, response) => {
      const body = await registry.metrics();
      response.writeHead(200, { 'content-type': registry.contentType }).end(body);
    },
  };
}
