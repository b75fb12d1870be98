// What a gateway serves, as it tells it itself.
import type { Trouble } from '../report/happening.js';
import type { GatewayAddress } from './address.js';
import type { AdminReader } from './schemas.js';

/** More than fits in 32 MiB of configuration, once JSON has escaped it. */
const MAX_BYTES = 64 * 1024 * 1024;

const NO_CONFIG: Trouble = {
  code: 'no-config',
  reason: 'GET /config did not answer with a configuration',
  advice: 'check that the URL is the Admin API of a DB-less Kong (port 8001 or 8444)',
};

/**
 * `GET /config`: every entity with its id, its defaults and the times of its load; passwords of basic-auth hashed
 * (`_transform: false`). It costs Kong seconds where the configuration is large (kong-dbless 1.5): never on a hot path.
 * @returns the YAML text
 */
export async function readLiveConfig(
  reader: AdminReader,
  gateway: GatewayAddress,
  signal: AbortSignal,
): Promise<{ readonly text: string } | { readonly trouble: Trouble }> {
  const answer = await reader.read(gateway, '/config', signal, MAX_BYTES);
  if (answer.kind === 'failed') return { trouble: answer.trouble };
  const { value } = answer.kind === 'json' ? answer : { value: undefined };
  if (typeof value !== 'object' || value === null || !('config' in value)) return { trouble: NO_CONFIG };
  return typeof value.config === 'string' ? { text: value.config } : { trouble: NO_CONFIG };
}
