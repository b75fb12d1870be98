import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

/**
 * The road of one replica to the API server. Like a load balancer, it lets nobody through to a server that is not ready: one that
 * starts answers 403 until it knows the Roles.
 */
export interface ApiProxy {
  readonly port: number;
  /** Every connection ends; new ones are let through. */
  readonly cut: () => void;
  /** Nothing is let through either way any more, and nobody is told: connections stay open, new ones are taken. */
  readonly isolate: () => void;
  /** What was held back is gone for good: connections of the time before end, new ones are let through. */
  readonly restore: () => void;
  readonly close: () => Promise<void>;
}

export async function startApiProxy(target: {
  readonly host: string;
  readonly port: number;
  readonly isReady: () => boolean;
}): Promise<ApiProxy> {
  const pairs = new Set<readonly [Socket, Socket | undefined]>();
  let isolated = false;

  const open = (client: Socket): void => {
    if (!isolated && !target.isReady()) {
      client.destroy();
      return;
    }
    const server = isolated ? undefined : connect(target.port, target.host);
    const pair = [client, server] as const;
    pairs.add(pair);
    for (const socket of pair) {
      socket?.setNoDelay(true);
      socket?.on('error', () => undefined);
      socket?.on('close', () => {
        end(pair);
      });
    }
    if (server === undefined) return;
    client.pipe(server);
    server.pipe(client);
  };
  const end = (pair: readonly [Socket, Socket | undefined]): void => {
    pairs.delete(pair);
    for (const socket of pair) socket?.destroy();
  };
  const endAll = (): void => {
    for (const pair of [...pairs]) end(pair);
  };

  const listener = createServer(open);
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  return {
    port,
    cut: endAll,
    isolate() {
      isolated = true;
      for (const [client, server] of pairs) {
        client.unpipe();
        server?.unpipe();
        client.pause();
        server?.pause();
      }
    },
    restore() {
      isolated = false;
      endAll();
    },
    async close() {
      listener.close();
      endAll();
      await once(listener, 'close');
    },
  };
}
