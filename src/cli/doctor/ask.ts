// One GET to a gateway, with all that its answer tells: a client of the Admin API would keep the body only.
import type { Dispatcher } from 'undici';
import { targetOf } from '../../gateway/address.js';
import type { GatewayAddress } from '../../gateway/address.js';
import { exchange } from '../../gateway/exchange.js';
import type { Exchanged } from '../../gateway/exchange.js';
import { troubleOf } from '../../gateway/network-errors.js';
import type { Trouble } from '../../report/happening.js';
import type { DateSample } from './clock-skew.js';

export interface Answer extends Exchanged {
  /** The body, where it is JSON. */
  readonly json: unknown;
  readonly date: DateSample;
}

export type Asked = { readonly answer: Answer } | { readonly trouble: Trouble };

export type Ask = (gateway: GatewayAddress, path: string) => Promise<Asked>;

export interface AskOptions {
  readonly dispatcher: (gateway: GatewayAddress) => Dispatcher;
  readonly headers: () => Readonly<Record<string, string>>;
  readonly workspace: string | undefined;
  readonly timeoutMs: number;
}

/** What Kong says of itself is 20 KB; lists of entities are asked for in pages. */
const MAX_BYTES = 8 * 1024 * 1024;

/** GETs, and nothing but GETs. */
export function createAsk({ dispatcher, headers, workspace, timeoutMs }: AskOptions): Ask {
  return async (gateway, path) => {
    const sentAt = Date.now();
    const signal = AbortSignal.timeout(timeoutMs);
    try {
      const exchanged = await exchange(
        dispatcher(gateway),
        { ...targetOf(gateway, workspace, path), method: 'GET', headers: headers() },
        { signal, keep: () => MAX_BYTES, needsWhole: () => true },
      );
      const date = { date: exchanged.header('date'), sentAt, receivedAt: Date.now() };
      return { answer: { ...exchanged, json: parse(exchanged.body), date } };
    } catch (error) {
      if (signal.aborted)
        return {
          trouble: {
            code: 'timeout',
            reason: `no answer within ${timeoutMs / 1000} s`,
            advice: 'is it stopped or overloaded?',
          },
        };
      return { trouble: troubleOf(error) };
    }
  };
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
