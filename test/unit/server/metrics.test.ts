import { afterEach, describe, expect, it } from '@jest/globals';
import { Gauge, Registry } from 'prom-client';
import { listen } from '../../../src/server/listen.js';
import type { Listening } from '../../../src/server/listen.js';
import { metricsRoutes } from '../../../src/server/metrics.js';

let server: Listening | undefined;
afterEach(async () => {
  await server?.close();
});

async function scrape(registry: Registry): Promise<Response> {
  server = await listen({ host: '127.0.0.1', port: 0 }, metricsRoutes(registry));
  return fetch(`http://${server.address}/metrics`);
}

describe('/metrics', () => {
  it('is the registry in the text format that Prometheus asks for', async () => {
    const registry = new Registry();
    new Gauge({ name: 'answers', help: 'Answers', registers: [registry] }).set(42);
    const response = await scrape(registry);
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(await response.text()).toBe('# HELP answers Answers\n# TYPE answers gauge\nanswers 42\n');
  });

  it('is a 500, and no half truth, when a value cannot be read', async () => {
    const registry = new Registry();
    const collect = (): never => {
      throw new Error('s3cr3t');
    };
    new Gauge({ name: 'answers', help: 'Answers', registers: [registry], collect });
    const response = await scrape(registry);
    expect([response.status, await response.text()]).toEqual([500, 'internal error\n']);
  });
});
