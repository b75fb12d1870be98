// One gateway, asked by a command and not by a controller.
import { sleep, systemClock } from '../clock/clock.js';
import { openAdminApi } from '../controller/admin.js';
import type { GatewayAddress } from '../gateway/address.js';
import type { AdminReader } from '../gateway/schemas.js';
import type { Values } from '../settings/read.js';
import { version } from './version.js';

export type Ask = <T>(request: (signal: AbortSignal) => Promise<T>) => Promise<T>;

/**
 * Opens the way to the gateway of `--kong-admin-url`, and closes it when `use` has ended.
 * @param timeoutMs how long one answer may take
 * @throws when a credential file cannot be read (the message names it), and what `use` throws
 */
export async function withGateway<T>(
  values: Values,
  timeoutMs: number,
  use: (reader: AdminReader, gateway: GatewayAddress, ask: Ask) => Promise<T>,
): Promise<T> {
  const url = (values['kong-admin-url'][0] ?? '').replace(/\/+$/, '');
  const serverName = values['kong-admin-tls-server-name'];
  const gateway = { key: url, name: url, url, ...(serverName !== undefined && { serverName }) };
  const ports = { clock: systemClock, random: Math.random, report: () => undefined };
  const userAgent = `silverback/${version()}`;
  const { admin, close } = await openAdminApi(
    values,
    ports,
    () => userAgent,
    () => undefined,
  );
  try {
    return await use(admin, gateway, deadlines(timeoutMs));
  } finally {
    await close();
  }
}

function deadlines(timeoutMs: number): Ask {
  return async (request) => {
    const [deadline, done] = [new AbortController(), new AbortController()];
    void sleep(systemClock, timeoutMs, done.signal).then(() => deadline.abort('timeout'));
    try {
      return await request(deadline.signal);
    } finally {
      done.abort();
    }
  };
}
