import type { Socket, TcpNetConnectOpts } from 'node:net';
import { TLSSocket } from 'node:tls';

/** Read at once at most: what stays in the processor's cache (bytes). */
const READ_AT_ONCE = 128 * 1024;
/** What a TLS record holds at most (RFC 8446, 5.1; bytes). */
const FULL_RECORD = 16 * 1024;

/** What all connections read into, one part at a time. */
const READ_INTO = Buffer.allocUnsafeSlow(READ_AT_ONCE);
/** Whose part lies in it. */
let last: Socket | undefined;

/** Full records of one connection, gathered: Node hands on each by itself, which takes more work than the decryption. */
const GATHERED = Buffer.allocUnsafeSlow(READ_AT_ONCE);
let gathering: { readonly socket: TLSSocket; length: number } | undefined;
let willHandOver = false;

/**
 * One buffer for all that is read, instead of new memory for each part: an answer of five times the configuration costs a
 * third less. A part must be taken before the next is read. undici does: Node empties the queue of next ticks, where a stream
 * tells of what it has, before it goes back to the kernel. A connection that does not would hand out another's bytes: it is
 * ended.
 */
export const READING: Required<Pick<TcpNetConnectOpts, 'onread'>> = {
  onread: {
    buffer: READ_INTO,
    /** Node calls it with the socket as `this`. */
    callback(this: Socket, length: number) {
      return take(this, length);
    },
  },
};

function take(socket: Socket, length: number): boolean {
  endIfUnread(last);
  if (socket instanceof TLSSocket && gather(socket, length)) return true;
  last = socket;
  if (!socket.destroyed) socket.push(READ_INTO.subarray(0, length));
  return true;
}

/** Has what was gathered come before the end of a connection. */
export function endAfterGathered(socket: TLSSocket): void {
  const push = socket.push.bind(socket);
  socket.push = (chunk: unknown, encoding?: BufferEncoding) => {
    if (chunk === null && gathering?.socket === socket) handOver();
    return push(chunk, encoding);
  };
}

/** @returns false where there is nothing to gather: it is less than a full record, and none came right before it */
function gather(socket: TLSSocket, length: number): boolean {
  if (gathering !== undefined && gathering.socket !== socket) handOver();
  if (gathering === undefined && length < FULL_RECORD) return false;
  gathering ??= { socket, length: 0 };
  GATHERED.set(READ_INTO.subarray(0, length), gathering.length);
  gathering.length += length;
  if (length < FULL_RECORD || gathering.length + FULL_RECORD > READ_AT_ONCE) handOver();
  else handOverSoon();
  return true;
}

/** At the end of this turn: nothing more may come. */
function handOverSoon(): void {
  if (willHandOver) return;
  willHandOver = true;
  setImmediate(() => {
    willHandOver = false;
    handOver();
  });
}

/** Tells of it at once, and not at the next tick: the next record may be gathered by then. */
function handOver(): void {
  if (gathering === undefined) return;
  const { socket, length } = gathering;
  gathering = undefined;
  if (socket.destroyed) return;
  socket.push(GATHERED.subarray(0, length));
  socket.emit('readable');
  endIfUnread(socket);
}

function endIfUnread(socket: Socket | undefined): void {
  if (socket !== undefined && socket.readableLength > 0)
    socket.destroy(new Error('what came before was not read in time'));
}
