// Configurations of a wanted size, as users have them: services with routes and plugins.
import { createHash } from 'node:crypto';

/** One service with two routes and a plugin; about 600 bytes. */
const service = (i, mark) => ({
  name: `service-${String(i).padStart(6, '0')}`,
  url: `http://backend-${i}.${mark}.internal:8080/api`,
  retries: 3,
  routes: [
    {
      name: `route-${i}-a`,
      hosts: [`shop-${i}.example.com`],
      paths: ['/v1', '/v2'],
      methods: ['GET', 'POST'],
    },
    { name: `route-${i}-b`, paths: [`/internal/${i}`], strip_path: false, preserve_host: true },
  ],
  plugins: [{ name: 'rate-limiting', config: { minute: 100 + (i % 50), policy: 'local' } }],
});

/** @param {number} entities services, routes and plugins together: four a service */
export function configuration(entities, mark = 'one') {
  const services = Array.from({ length: Math.ceil(entities / 4) }, (_, i) => service(i, mark));
  return { _format_version: '3.0', services };
}

/**
 * A sealed revision of just about `megabytes`. Bytes are padded so that revisions of one size differ in length: the
 * sinks tell them apart by it.
 */
export function revisionOf(megabytes, variant) {
  const perService = JSON.stringify(service(1, 'one')).length + 1;
  const entities = Math.round((megabytes * 1_000_000) / perService) * 4;
  const config = { ...configuration(entities), _info: { padding: 'x'.repeat(1 + variant) } };
  const bytes = Buffer.from(JSON.stringify(config));
  return { id: createHash('md5').update(bytes).digest('hex'), bytes };
}
