// The limit: bytes that were made ready beforehand, written to sockets that were opened beforehand, the answers read
// into one buffer and counted. It understands as much HTTP as it takes to see where an answer ends.
import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** A TLS socket makes a copy of all that it is given at once: small parts are faster, and hold less. */
const PART = 64 * 1024;
const END_OF_HEAD = Buffer.from('\r\n\r\n');

async function openConnection(url, tls, readBuffer) {
  let head = '';
  let left = -1;
  let done = () => undefined;

  const onData = (size) => {
    let rest = size;
    if (left < 0) {
      // Sinks send the head in one piece, as servers do.
      const end = readBuffer.indexOf(END_OF_HEAD);
      if (end < 0 || end >= size) throw new Error('an answer without a whole head');
      head = readBuffer.toString('latin1', 0, end);
      if (!head.startsWith('HTTP/1.1 201')) throw new Error(head.split('\r\n')[0]);
      left = Number(/^content-length: *(\d+)/im.exec(head)[1]);
      rest -= end + END_OF_HEAD.length;
    }
    left -= rest;
    if (left === 0) {
      left = -1;
      done();
    }
    return true;
  };

  const { hostname: host, port } = new URL(url);
  const onread = { buffer: readBuffer, callback: onData };
  const socket =
    tls === undefined
      ? connectTcp({ host, port, onread })
      : connectTls({ host, port, onread, ...tls, servername: 'localhost' });
  await once(socket, tls === undefined ? 'connect' : 'secureConnect');
  socket.setNoDelay(true);

  const write = async (bytes) => {
    if (tls === undefined) {
      socket.write(bytes);
      return;
    }
    for (let at = 0; at < bytes.length; at += PART) {
      if (!socket.write(bytes.subarray(at, at + PART)) && at + PART < bytes.length)
        await once(socket, 'drain');
    }
  };

  return {
    send: (bytes) =>
      new Promise((resolve, reject) => {
        done = resolve;
        write(bytes).catch(reject);
      }),
    close: () => socket.destroy(),
  };
}

/** @param readBytes what is read at once at most: 256 KiB are best for answers of up to some megabytes, 128 KiB for larger ones */
export async function open({ urls, tls, revisions, atOnce }, readBytes = 256 * 1024) {
  const readBuffer = Buffer.alloc(readBytes);
  const connections = [];
  for (const url of urls) connections.push(await openConnection(url, tls, readBuffer));
  const requests = revisions.map(({ bytes }) =>
    Buffer.concat([
      Buffer.from(
        'POST /config?check_hash=1&flatten_errors=1 HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/yaml\r\n' +
          `Content-Length: ${bytes.length}\r\n\r\n`,
      ),
      bytes,
    ]),
  );
  return {
    async round(revision) {
      let next = 0;
      const sendNext = async () => {
        while (next < connections.length) await connections[next++].send(requests[revision]);
      };
      await Promise.all(Array.from({ length: atOnce }, sendNext));
    },
    close: () => connections.forEach((connection) => connection.close()),
  };
}
