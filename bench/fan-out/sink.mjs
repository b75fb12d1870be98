// A child process: gateways that do as little as a Kong may do for the sender to see no difference. Each reads whole
// requests, answers a push with five times what was pushed, and shows the hash it was told that those bytes have.
import { createServer as createTcpServer } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';

/** Kong answers with the configuration expanded: 5 to 10 times what was sent. */
const ANSWER_FACTOR = 5;
const EMPTY_HASH = '0'.repeat(32);
const FILLER = Buffer.alloc(64 * 1024, 0x20);
const END_OF_HEAD = Buffer.from('\r\n\r\n');

/** What may be pushed: ids by the bodies' lengths. A body of another length is answered with 400. */
let ids = new Map();
const counts = { statuses: 0, pushes: 0, configBytes: 0, wrong: 0 };

const headOf = (status, length) =>
  `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n`;

function json(socket, value) {
  const text = JSON.stringify(value);
  socket.write(headOf('200 OK', Buffer.byteLength(text)) + text);
}

/** As fast as the other side reads; kept-alive connections have one answer under way at a time. */
function answerLong(socket, length) {
  socket.cork();
  socket.write(headOf('201 Created', length));
  let left = length;
  const more = () => {
    while (left > 0) {
      const part = left < FILLER.length ? FILLER.subarray(0, left) : FILLER;
      left -= part.length;
      if (!socket.write(part) && left > 0) {
        socket.once('drain', more);
        return;
      }
    }
  };
  more();
  socket.uncork();
}

/** One gateway: its connections share a hash. */
function createGateway() {
  let hash = EMPTY_HASH;

  const answer = (socket, requestLine, length) => {
    if (requestLine.startsWith('GET /status')) {
      counts.statuses += 1;
      json(socket, { configuration_hash: hash, server: {}, memory: {}, database: { reachable: true } });
    } else if (requestLine.startsWith('POST ')) {
      const id = ids.get(length);
      counts.pushes += 1;
      counts.configBytes += length;
      if (id === undefined) {
        counts.wrong += 1;
        socket.write(headOf('400 Bad Request', 2) + '{}');
        return;
      }
      hash = id;
      answerLong(socket, length * ANSWER_FACTOR);
    } else {
      json(socket, { version: '3.9.3', node_id: 'sink', plugins: { available_on_server: {} } });
    }
  };

  return (socket) => {
    /** What is read of a head so far; `undefined` inside a body. */
    let head = Buffer.alloc(0);
    let requestLine = '';
    let length = 0;
    let left = 0;
    socket.setNoDelay(true);
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      let rest = chunk;
      while (rest.length > 0) {
        if (head === undefined) {
          const taken = Math.min(left, rest.length);
          left -= taken;
          rest = rest.subarray(taken);
        } else {
          head = head.length === 0 ? rest : Buffer.concat([head, rest]);
          const end = head.indexOf(END_OF_HEAD);
          if (end < 0) return;
          rest = head.subarray(end + END_OF_HEAD.length);
          const text = head.toString('latin1', 0, end);
          requestLine = text.slice(0, text.indexOf('\r\n'));
          length = left = Number(/^content-length: *(\d+)/im.exec(text)?.[1] ?? 0);
          // curl asks first where a body is long.
          if (/^expect: *100-continue/im.test(text)) socket.write('HTTP/1.1 100 Continue\r\n\r\n');
          head = undefined;
        }
        if (head === undefined && left === 0) {
          head = Buffer.alloc(0);
          answer(socket, requestLine, length);
        }
      }
    });
  };
}

const listening = (server) =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', 4096, () => resolve(server.address().port));
  });

const COMMANDS = {
  async open({ count, tls }) {
    const ports = [];
    for (let i = 0; i < count; i += 1) {
      const onSocket = createGateway();
      const server =
        tls === undefined
          ? createTcpServer(onSocket)
          : createTlsServer({ ...tls, requestCert: true, rejectUnauthorized: true }, onSocket);
      ports.push(await listening(server));
    }
    return ports.map((port) => `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`);
  },
  expect({ revisions }) {
    ids = new Map(revisions.map(({ length, id }) => [length, id]));
  },
  counts() {
    const now = { ...counts };
    for (const name of Object.keys(counts)) counts[name] = 0;
    return now;
  },
};

process.on('message', async ({ seq, command, ...options }) => {
  process.send({ seq, result: await COMMANDS[command](options) });
});
process.on('disconnect', () => process.exit());
