import { connect as connectTcp } from 'node:net';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { buildConnector, errors } from 'undici';

/** Where none is asked for, as in undici. */
const CONNECT_TIMEOUT_MS = 10_000;

/**
 * Connections that end with a reset when they are cut off. A plain close leaves what the kernel has taken to be sent,
 * megabytes of it: a push that is cut off at the fence would go on without us, and a gateway that was frozen would
 * find it whole and load it under another leader.
 *
 * @param onSecure told of each TLS connection that was made, with the origin it is to
 */
export function resettingConnector(
  options: buildConnector.BuildOptions,
  onSecure: (origin: string, socket: TLSSocket) => void = () => undefined,
): buildConnector.connector {
  const connect = buildConnector(options);
  return (target, callback) => {
    if (target.protocol !== 'https:') {
      connect(target, (...result) => {
        if (result[0] === null) resetWhenCut(result[1], result[1]);
        callback(...result);
      });
      return;
    }
    // A TLS socket of Node's own making has no TCP socket to reset: it is put on one of ours.
    openTcp(target, options.timeout ?? CONNECT_TIMEOUT_MS, (error, tcp) => {
      if (tcp === null) {
        callback(error, null);
        return;
      }
      connect({ ...target, httpSocket: tcp }, (...result) => {
        const [, socket] = result;
        if (socket instanceof TLSSocket) onSecure(`${target.protocol}//${target.host ?? ''}`, socket);
        if (result[0] === null) resetWhenCut(result[1], tcp);
        else tcp.destroy();
        callback(...result);
      });
    });
  };
}

/** How undici ends a connection whose request is cut off; others end because the peer closed them, or as idle ones. */
const isCut = (error: Error | undefined): boolean =>
  error instanceof errors.InformationalError && error.message === 'aborted';

/** @param tcp the connection that `socket` is on, or that it is itself */
function resetWhenCut(socket: Socket, tcp: Socket): void {
  const destroy = socket.destroy.bind(socket);
  socket.destroy = (error?: Error) => {
    socket.destroy = destroy;
    if (isCut(error) && !tcp.destroyed) tcp.resetAndDestroy();
    return destroy(error);
  };
}

type Opened = (...result: [error: Error, tcp: null] | [error: null, tcp: Socket]) => void;

function openTcp({ hostname, port }: buildConnector.Options, timeoutMs: number, opened: Opened): void {
  const tcp = connectTcp({ host: hostname, port: Number(port) || 443 });
  const settle = (...result: Parameters<Opened>): void => {
    clearTimeout(timer);
    tcp.removeListener('error', fail);
    // From here on the TLS socket tells of errors.
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
