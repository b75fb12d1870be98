import { errorFromStatus, KubeError } from '../kube-error.js';
import { fieldsOf, isObject, textOf } from '../object.js';
import { untilAborted } from './deadline.js';

/** One line of a watch (Kubernetes API concepts, "Efficient detection of changes"). */
export type WatchEvent =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: unknown }
  /** Everything up to this version was delivered. */
  | { readonly type: 'BOOKMARK'; readonly resourceVersion: string }
  /** The watch cannot go on: 410 when its version is no longer kept. */
  | { readonly type: 'ERROR'; readonly error: KubeError };

/** etcd takes 1.5 MiB per object; JSON and managed fields can multiply that, but not to this. */
const LONGEST_LINE = 64 * 1024 * 1024;
const NEWLINE = 0x0a;

/** The events of a watch's body. Throws a KubeError (`BadAnswer`) for a line that is no event. */
export async function* readWatch(
  asked: string,
  body: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<WatchEvent> {
  for await (const line of readLines(asked, body, signal)) {
    yield parseEvent(asked, line);
  }
}

async function* readLines(
  asked: string,
  body: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const chunks = body[Symbol.asyncIterator]();
  let pieces: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const next = await untilAborted(chunks.next(), signal);
    if (next.done === true) return;
    const chunk = next.value;
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, from)) {
      const line = Buffer.concat([...pieces, chunk.subarray(from, end)]).toString('utf8');
      pieces = [];
      length = 0;
      from = end + 1;
      if (line.trim() !== '') yield line;
    }
    pieces.push(chunk.subarray(from));
    length += chunk.length - from;
    if (length > LONGEST_LINE) {
      throw new KubeError(0, 'BadAnswer', `${asked}: an event is longer than 64 MiB`);
    }
  }
}

function parseEvent(asked: string, line: string): WatchEvent {
  const event = parseLine(asked, line);
  const object = isObject(event) ? event['object'] : undefined;
  const type = isObject(event) ? event['type'] : undefined;
  switch (type) {
    case 'ADDED':
    case 'MODIFIED':
    case 'DELETED':
      return { type, object };
    case 'BOOKMARK':
      return { type, resourceVersion: textOf(fieldsOf(object, 'metadata'), 'resourceVersion') ?? '' };
    case 'ERROR':
      return { type, error: errorFromStatus(asked, object, 500) };
    default:
      throw new KubeError(0, 'BadAnswer', `${asked}: a line is no watch event`);
  }
}

function parseLine(asked: string, line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw new KubeError(0, 'BadAnswer', `${asked}: a line is no JSON`);
  }
}
