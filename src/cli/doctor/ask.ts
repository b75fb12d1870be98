// One GET to a gateway, with all that its answer tells: a client of the Admin API would keep the body only.
import type { Dispatcher } from 'undici';
import type { GatewayAddress } from '../../gateway/address.js';
import { troubleOf } from '../../gateway/network-errors.js';
import type { Trouble } from '../../report/happening.js';
import type { DateSample } from './clock-skew.js';

export interface Answer {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
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
    const { origin, pathname } = new URL(gateway.url);
    const prefix = workspace === undefined ? '' : `/${encodeURIComponent(workspace)}`;
    const sentAt = Date.now();
    const signal = AbortSignal.timeout(timeoutMs);
    try {
      const response = await dispatcher(gateway).request({
        origin,
        path: `${pathname.replace(/\/+$/, '')}${prefix}${path}`,
        method: 'GET',
        headers: headers(),
        signal,
      });
      const receivedAt = Date.now();
      const body = await readText(response.body);
      const shown = Object.fromEntries(
        Object.entries(response.headers).map(([name, value]) => [
          name,
          Array.isArray(value) ? value[0] : value,
        ]),
      );
      const date = { date: shown['date'], sentAt, receivedAt };
      return { answer: { status: response.statusCode, headers: shown, body, json: parse(body), date } };
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

async function readText(body: AsyncIterable<unknown>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    if (!(chunk instanceof Uint8Array)) continue;
    size += chunk.length;
    if (size > MAX_BYTES) break;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
