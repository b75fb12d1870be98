// The dashboard's files, read once: what is not in the folder at start is not served.
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { IncomingMessage, ServerResponse } from 'node:http';

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.woff2': 'font/woff2',
};

export interface StaticFile {
  readonly type: string;
  readonly body: Buffer;
  readonly etag: string;
}

const PLACEHOLDER = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Silverback</title></head>
<body><h1>Silverback</h1>
<p>This build has no dashboard. The API: <a href="/openapi.json">/openapi.json</a>, /api/v1/status, /api/v1/events.</p>
</body></html>
`;

const fileOf = (name: string, body: Buffer): StaticFile => ({
  type: TYPES[extname(name)] ?? 'application/octet-stream',
  body,
  etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 27)}"`,
});

/**
 * @param folder with `index.html` and everything else in `assets/`
 * @returns files by the path that they are served at; a page that says where the API is, where there is no folder
 */
export async function readDashboard(folder: string): Promise<ReadonlyMap<string, StaticFile>> {
  const page = await readFile(join(folder, 'index.html')).catch(() => undefined);
  if (page === undefined) return new Map([['/', fileOf('index.html', Buffer.from(PLACEHOLDER))]]);
  const files = new Map([['/', fileOf('index.html', page)]]);
  const assets = join(folder, 'assets');
  const entries = await readdir(assets, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    const { name } = entry;
    // Source maps and the like are nobody's business.
    if (!entry.isFile() || TYPES[extname(name)] === undefined) continue;
    files.set(`/assets/${name}`, fileOf(name, await readFile(join(assets, name))));
  }
  return files;
}

/** Browsers ask each time whether theirs is still good: a new version of the program has a new page. */
export function sendFile(
  { type, body, etag }: StaticFile,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  response.setHeader('cache-control', 'no-cache');
  response.setHeader('etag', etag);
  const known = (request.headers['if-none-match'] ?? '')
    .split(',')
    .map((each) => each.trim().replace(/^W\//, ''));
  if (known.includes(etag)) response.writeHead(304).end();
  else response.writeHead(200, { 'content-type': type, 'content-length': body.length }).end(body);
}
