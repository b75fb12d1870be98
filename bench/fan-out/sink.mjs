// A child process: gateways that do as little as a Kong may do for the sender to see no difference. Each reads whole
// requests, answers a push with five times what was pushed, and shows the MD5 of it, or the hash it was told that bytes of that
// length have (hashing would cost more than all the rest).
import { createHash } from 'node:crypto';
import { createServer as createTcpServer } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';

/** Kong answers with the configuration expanded: 5 to 10 times what was sent. */
const ANSWER_FACTOR = 5;
const EMPTY_HASH = '0'.repeat(32);
/** What the limit is fastest with, plain and over TLS: a quarter megabyte at a time. */
const FILLER = Buffer.alloc(256 * 1024, 0x20);
const END_OF_HEAD = Buffer.from('\r\n\r\n');

/** What may be pushed: ids by the bodies' lengths. A body of another length is answered with 400. `undefined`: anything. */
let ids;
/** Gateways that answer nothing, by their numbers. */
let hung = new Set();
const counts = { statuses: 0, pushes: 0, configBytes: 0, wrong: 0 };
const gateways = [];
/** What is being waited for: gateways that show another hash than they did when the waiting began. */
let round;

/** Milliseconds since the epoch, as finely as the machine tells: the same in every process. */
const now = () => performance.timeOrigin + performance.now();

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

function noteShown(number, hash) {
  if (round === undefined || hash === round.before[number] || round.shownAt.has(number)) return;
  round.shownAt.set(number, now());
  if (round.shownAt.size === round.count) round.resolve();
}

/** One gateway: its connections share a hash. */
function createGateway(number) {
  let hash = EMPTY_HASH;
  gateways.push({ hash: () => hash, empty: () => (hash = EMPTY_HASH) });

  const answer = (socket, requestLine, length, md5) => {
    if (hung.has(number)) return;
    if (requestLine.startsWith('GET /status')) {
      counts.statuses += 1;
      noteShown(number, hash);
      json(socket, { configuration_hash: hash, server: {}, memory: {}, database: { reachable: true } });
    } else if (requestLine.startsWith('POST ')) {
      const id = ids === undefined ? md5 : ids.get(length);
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
    let hashing;
    socket.setNoDelay(true);
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      let rest = chunk;
      while (rest.length > 0) {
        if (head === undefined) {
          const taken = Math.min(left, rest.length);
          left -= taken;
          hashing?.update(rest.subarray(0, taken));
          rest = rest.subarray(taken);
        } else {
          head = head.length === 0 ? rest : Buffer.concat([head, rest]);
          const end = head.indexOf(END_OF_HEAD);
          if (end < 0) return;
          rest = head.subarray(end + END_OF_HEAD.length);
          const text = head.toString('latin1', 0, end);
          requestLine = text.slice(0, text.indexOf('\r\n'));
          length = left = Number(/^content-length: *(\d+)/im.exec(text)?.[1] ?? 0);
          const isPush = requestLine.startsWith('POST ');
          hashing = isPush && ids === undefined ? createHash('md5') : undefined;
          if (isPush && round !== undefined && !hung.has(number)) round.firstByteAt ??= now();
          head = undefined;
        }
        if (head === undefined && left === 0) {
          head = Buffer.alloc(0);
          answer(socket, requestLine, length, hashing?.digest('hex'));
        }
      }
    });
  };
}

/** Each has an address of its own and all have one port, as pods do. */
const addressOf = (number) => `127.1.${number >> 8}.${number & 255}`;

const listening = (server, port, host) =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, 4096, () => resolve(server.address().port));
  });

const COMMANDS = {
  async open({ count, tls }) {
    let port = 0;
    for (let number = 0; number < count; number += 1) {
      const onSocket = createGateway(number);
      const server =
        tls === undefined
          ? createTcpServer(onSocket)
          : createTlsServer({ ...tls, requestCert: true, rejectUnauthorized: true }, onSocket);
      port = await listening(server, port, addressOf(number));
    }
    return { hosts: Array.from({ length: count }, (_, number) => addressOf(number)), port };
  },
  expect({ revisions }) {
    ids = new Map(revisions.map(({ length, id }) => [length, id]));
  },
  hang({ numbers }) {
    hung = new Set(numbers);
  },
  empty({ numbers }) {
    for (const number of numbers) gateways[number].empty();
  },
  counts() {
    const taken = { ...counts };
    for (const name of Object.keys(counts)) counts[name] = 0;
    return taken;
  },
  hashes: () => gateways.map(({ hash }) => hash()),
  /** From now on it is noted when gateways show something new. */
  begin({ count }) {
    round = { before: gateways.map(({ hash }) => hash()), count, firstByteAt: undefined, shownAt: new Map() };
    round.done = new Promise((resolve) => (round.resolve = resolve));
  },
  /** Once `count` of them have: when the first byte of a push came in, and when each was seen to show it. */
  async end() {
    await round.done;
    const { firstByteAt, shownAt } = round;
    return { firstByteAt, shownAt: [...shownAt.values()] };
  },
};

process.on('message', async ({ seq, command, ...options }) => {
  process.send({ seq, result: await COMMANDS[command](options) });
});
process.on('disconnect', () => process.exit());
