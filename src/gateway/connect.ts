import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { buildConnector, errors } from 'undici';
import { endAfterGathered, READING } from './reading.js';

/** How long a connection is silent before the kernel asks whether the other side is still there (ms). */
const KEEP_ALIVE_MS = 30_000;

/**
 * Connections that end with a reset when they are cut off. A plain close leaves what the kernel has taken to be sent,
 * megabytes of it: a push that is cut off at the fence would go on without us, and a gateway that was frozen would
 * find it whole and load it under another leader.
 *
 * What comes over a connection lies in a buffer that is written over with the next part: whoever uses it must take what
 * they want of each part as it is handed to them (as `exchange` does; undici's `request` and `fetch` do not, see eslint.config.js).
 *
 * @param onSecure told of each TLS connection that was made, with the origin it is to
 */
export function resettingConnector(
  options: buildConnector.BuildOptions,
  onSecure: (origin: string, socket: TLSSocket) => void = () => undefined,
): buildConnector.connector {
  const connect = buildConnector({ keepAliveInitialDelay: KEEP_ALIVE_MS, ...options, ...READING });
  return (target, callback) => {
    connect(target, (...result) => {
      if (result[0] === null) {
        const [, socket] = result;
        resetWhenCut(socket);
        if (socket instanceof TLSSocket) {
          endAfterGathered(socket);
          onSecure(`${target.protocol}//${target.host ?? ''}`, socket);
        }
      }
      callback(...result);
    });
  };
}

/** How undici ends a connection whose request is cut off; others end because the peer closed them, or as idle ones. */
const isCut = (error: Error | undefined): boolean =>
  error instanceof errors.InformationalError && error.message === 'aborted';

function resetWhenCut(socket: Socket): void {
  const destroy = socket.destroy.bind(socket);
  socket.destroy = (error?: Error) => {
    socket.destroy = destroy;
    if (!isCut(error)) return destroy(error);
    if (socket instanceof TLSSocket) closeByReset(socket);
    else socket.resetAndDestroy();
    return destroy(error);
  };
}

/**
 * Node resets a connection only through the socket that owns it, which a TLS socket of `tls.connect` is not: the connection is
 * its handle's parent, and closed by it. (A TLS socket on a connection of ours could not read into a buffer of ours.)
 */
function closeByReset(socket: TLSSocket): void {
  const tcp = propertyOf(propertyOf(socket, '_handle'), '_parent');
  const reset = propertyOf(tcp, 'reset');
  if (typeof tcp === 'object' && tcp !== null && typeof reset === 'function')
    Reflect.set(tcp, 'close', reset);
}

const propertyOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
