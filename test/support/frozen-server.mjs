// A server that freezes in the middle of a request, as a stopped process does, and goes on reading when it is told to. Writes
// its port, then `frozen`, and at the end of the connection how many bytes had come.
//   node frozen-server.mjs [port]      what comes before it freezes is relayed to that port: a TLS handshake, say
import { readSync } from 'node:fs';
import { connect, createServer } from 'node:net';

const FREEZES_AFTER = 100_000;
const target = Number(process.argv[2] ?? 0);
let bytes = 0;

const server = createServer((socket) => {
  const behind = target === 0 ? undefined : connect(target, '127.0.0.1');
  behind?.on('data', (chunk) => socket.write(chunk));
  behind?.on('error', () => undefined);
  socket.on('data', (chunk) => {
    const before = bytes;
    bytes += chunk.length;
    if (bytes < FREEZES_AFTER) behind?.write(chunk);
    if (before >= FREEZES_AFTER || bytes < FREEZES_AFTER) return;
    process.stdout.write('frozen\n');
    // Nothing is read, nothing else happens in here, until somebody writes a line.
    readSync(0, Buffer.alloc(1));
  });
  socket.on('error', () => undefined);
  socket.on('close', () => process.stdout.write(`${bytes}\n`, () => process.exit()));
});
server.listen(0, '127.0.0.1', () => process.stdout.write(`${server.address().port}\n`));
