import { connect as connectTcp } from 'node:net';
import type { Socket, TcpNetConnectOpts } from 'node:net';
import { TLSSocket } from 'node:tls';
import { buildConnector, errors } from 'undici';

/** How long a connection is silent before the kernel asks whether the other side is still there (ms). */
const KEEP_ALIVE_MS = 30_000;
/** Where none is asked for, as in undici. */
const CONNECT_TIMEOUT_MS = 10_000;

/** What all plain connections read into, one part at a time. 128 KiB stay in the processor's cache. */
const READ_INTO = Buffer.allocUnsafeSlow(128 * 1024);

/**
 * Connections that end with a reset when they are cut off. A plain close leaves what the kernel has taken to be sent,
 * megabytes of it: a push that is cut off at the fence would go on without us, and a gateway that was frozen would
 * find it whole and load it under another leader.
 *
 * What comes over a plain connection lies in a buffer that is written over with the next part: whoever uses it must take what
 * they want of each part as it is handed to them (as `exchange` does; undici's `request` and `fetch` do not).
 *
 * @param onSecure told of each TLS connection that was made, with the origin it is to
 */
export function resettingConnector(
  options: buildConnector.BuildOptions,
  onSecure: (origin: string, socket: TLSSocket) => void = () => undefined,
): buildConnector.connector {
  // Keep-alive is set on the TCP socket underneath.
  const secure = buildConnector({ ...options, keepAlive: false });
  const timeoutMs = options.timeout ?? CONNECT_TIMEOUT_MS;
  return (target, callback) => {
    const isPlain = target.protocol !== 'https:';
    openTcp(target, isPlain, timeoutMs, (error, tcp) => {
      if (tcp === null) callback(error, null);
      else if (isPlain) callback(null, resetWhenCut(tcp, tcp));
      else {
        secure({ ...target, httpSocket: tcp }, (...result) => {
          const [, socket] = result;
          if (socket instanceof TLSSocket) onSecure(`${target.protocol}//${target.host ?? ''}`, socket);
          if (result[0] === null) resetWhenCut(result[1], tcp);
          else tcp.destroy();
          callback(...result);
        });
      }
    });
  };
}

/** How undici ends a connection whose request is cut off; others end because the peer closed them, or as idle ones. */
const isCut = (error: Error | undefined): boolean =>
  error instanceof errors.InformationalError && error.message === 'aborted';

/** @param tcp the connection that `socket` is on, or that it is itself */
function resetWhenCut(socket: Socket, tcp: Socket): Socket {
  const destroy = socket.destroy.bind(socket);
  socket.destroy = (error?: Error) => {
    socket.destroy = destroy;
    if (isCut(error) && !tcp.destroyed) tcp.resetAndDestroy();
    return destroy(error);
  };
  return socket;
}

type TcpReading = Required<Pick<TcpNetConnectOpts, 'onread'>> & { readonly readableHighWaterMark: number };

type Opened = (...result: [error: Error, tcp: null] | [error: null, tcp: Socket]) => void;

function openTcp(
  { hostname, port }: buildConnector.Options,
  isPlain: boolean,
  timeoutMs: number,
  opened: Opened,
): void {
  const tcp: Socket = connectTcp({
    host: hostname,
    port: Number(port) || (isPlain ? 80 : 443),
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: KEEP_ALIVE_MS,
    ...(isPlain && readingInto(READ_INTO, (part) => tcp.push(part))),
  });
  const settle = (...result: Parameters<Opened>): void => {
    clearTimeout(timer);
    tcp.removeListener('error', fail);
    // From here on they are told to undici, by this socket or the TLS socket on it.
    tcp.on('error', () => undefined);
    opened(...result);
  };
  const fail = (error: Error): void => settle(error, null);
  const timer = setTimeout(() => {
    tcp.destroy();
    fail(Object.assign(new Error('connecting timed out'), { code: 'UND_ERR_CONNECT_TIMEOUT' }));
  }, timeoutMs);
  tcp.once('error', fail);
  tcp.once('connect', () => settle(null, tcp));
}

/**
 * One buffer for all that is read, instead of 64 KiB of new memory for each part: an answer of five times the configuration
 * costs a third less (Node's `onread`). It is safe because each part is consumed before the next is read: Node empties the queue
 * of next ticks, where the stream tells undici of it, before it goes back to the kernel.
 */
function readingInto(buffer: Buffer, push: (part: Buffer) => boolean): TcpReading {
  return {
    readableHighWaterMark: 2 * buffer.length,
    onread: { buffer, callback: (size) => push(buffer.subarray(0, size)) },
  };
}
