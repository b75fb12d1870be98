import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Answer, StreamedBody } from './answer.js';

const PIECE = 64 * 1024;

/** Sends an answer, unless its client is gone. Large bodies flow as fast as they are taken. */
export function send(
  response: ServerResponse,
  request: IncomingMessage,
  answer: Answer,
  headers: Readonly<Record<string, string>>,
): void {
  if (response.destroyed || response.headersSent) return;
  const { status, body = '' } = answer;
  const length = typeof body === 'string' ? Buffer.byteLength(body) : body.byteLength;
  response.writeHead(status, {
    ...headers,
    ...answer.headers,
    ...(status === 204 ? {} : { 'Content-Length': String(length) }),
  });
  if (request.method === 'HEAD' || status === 204 || status === 304) response.end();
  else if (typeof body !== 'string') stream(response, body);
  else if (request.complete) response.end(body);
  else linger(response, request, body);
}

/** nginx reads on when it answers before a body is whole, so that the answer is not lost in a reset. */
function linger(response: ServerResponse, request: IncomingMessage, body: string): void {
  response.write(body);
  request.on('close', () => response.end());
  request.on('end', () => response.end());
  request.resume();
}

/** Writes a large body as fast as the client takes it. */
function stream(response: ServerResponse, body: StreamedBody): void {
  const pieces = body.pieces()[Symbol.iterator]();
  const write = (): void => {
    for (;;) {
      let text = '';
      let next = pieces.next();
      for (; next.done !== true; next = pieces.next()) {
        text += next.value;
        if (text.length >= PIECE) break;
      }
      if (next.done === true) {
        response.end(text);
        return;
      }
      if (!response.write(text)) {
        response.once('drain', write);
        return;
      }
    }
  };
  write();
}
