// eslint-disable-next-line no-restricted-imports -- on a connection of its own
import { Agent, request } from 'undici';
import type { Trouble } from '../report/happening.js';
import type { GatewayAddress } from './address.js';
import { troubleOf } from './network-errors.js';

export interface SmokeSettings {
  /** With `{ip}` where the gateway's IP goes. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly passes: (status: number) => boolean;
}

/** Asks a gateway for something only a working one gives; gives what was wrong with the answer. Nothing throws. */
export type SmokeCheck = (gateway: GatewayAddress, signal: AbortSignal) => Promise<Trouble | undefined>;

const ADVICE =
  'does the revision route this request as it should? see --canary-smoke-url and --canary-smoke-status';

const failed = (reason: string): Trouble => ({
  code: 'smoke',
  reason: `the smoke check ${reason}`,
  advice: ADVICE,
});

/**
 * The smoke check: one GET through the gateway's proxy, on a connection of its own each time. Redirects are not followed;
 * certificates are not verified, for the gateway is asked by its IP.
 */
export function createSmokeCheck({ url, headers, passes }: SmokeSettings): SmokeCheck {
  return async (gateway, signal) => {
    const agent = new Agent({ pipelining: 0, connect: { rejectUnauthorized: false } });
    try {
      const target = url.replaceAll('{ip}', new URL(gateway.url).hostname);
      const { statusCode, body } = await request(target, { headers, signal, dispatcher: agent });
      await body.dump();
      return passes(statusCode) ? undefined : failed(`was answered ${statusCode}`);
    } catch (error) {
      return failed(signal.aborted ? 'was not answered in time' : `failed: ${troubleOf(error).reason}`);
    } finally {
      await agent.destroy();
    }
  };
}
