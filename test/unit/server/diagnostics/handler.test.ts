import { request as httpRequest } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../../../src/clock/clock.js';
import { createEvents } from '../../../../src/server/diagnostics/events.js';
import type { Events } from '../../../../src/server/diagnostics/events.js';
import { diagnosticsHandler } from '../../../../src/server/diagnostics/handler.js';
import { ApiError } from '../../../../src/server/diagnostics/source.js';
import type { DiagnosticsSource } from '../../../../src/server/diagnostics/source.js';
import { serve } from '../../../../src/server/listen.js';
import type { Listening } from '../../../../src/server/listen.js';
import { statusWith } from '../../../support/status.js';

const source: DiagnosticsSource = {
  status: () => statusWith(),
  settled: () => Promise.resolve(),
  happenings: (after) =>
    [1, 2, 3]
      .filter((seq) => seq > after)
      .map((seq) => ({ seq, at: '2026-01-01T00:00:00.000Z', level: 'info', event: 'started', message: 'm' })),
  settings: () => [{ name: 'kong-admin-token', value: '***', default: false }],
  config: (revision) =>
    revision === 'deadbeef'
      ? Promise.reject(new ApiError(404, 'no-such-revision', 'there is none'))
      : Promise.resolve(`revision: ${revision ?? 'desired'}\n`),
  diff: (from, to) =>
    from === 'x' ? Promise.reject(new Error('secret inside')) : Promise.resolve(`"${from} ${to}"`),
};

interface Answer {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: string;
}

let events: Events;
let server: Listening;
beforeEach(async () => {
  events = createEvents(source, systemClock);
  const file = { type: 'text/javascript; charset=utf-8', body: Buffer.from('1'), etag: '"a"' };
  const handler = diagnosticsHandler({
    source,
    events,
    openapi: { openapi: '3.1.0' },
    files: new Map([
      ['/', { ...file, type: 'text/html; charset=utf-8' }],
      ['/assets/app.js', file],
    ]),
    rules: () => Promise.resolve({ boundHost: '127.0.0.1', allowedHosts: [], token: undefined }),
  });
  server = await serve({ host: '127.0.0.1', port: 0 }, handler);
});
afterEach(async () => {
  events.close();
  await server.close();
});

/** Paths go out as they are: `fetch` would tidy them up. */
function ask(path: string, method = 'GET', headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
  const [host, port] = server.address.split(':');
  return new Promise((resolve, reject) => {
    const sent = httpRequest({ host, port, path, method, headers, agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (body += chunk));
      response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, body }));
    });
    sent.on('error', reject);
    sent.end();
  });
}

const errorOf = ({ body }: Answer): unknown => (JSON.parse(body) as { error: { code: unknown } }).error.code;

describe('the diagnostics server', () => {
  it('answers what it is asked', async () => {
    expect(JSON.parse((await ask('/api/v1/status')).body)).toEqual(statusWith());
    expect(JSON.parse((await ask('/api/v1/happenings?after=2')).body)).toMatchObject({
      happenings: [{ seq: 3 }],
    });
    expect(JSON.parse((await ask('/api/v1/settings')).body)).toEqual(source.settings());
    expect((await ask('/api/v1/config')).body).toBe('revision: desired\n');
    expect((await ask('/api/v1/config?revision=3f2a91c0')).body).toBe('revision: 3f2a91c0\n');
    expect((await ask('/api/v1/diff?from=a&to=b')).body).toBe('"a b"');
    expect(JSON.parse((await ask('/openapi.json')).body)).toEqual({ openapi: '3.1.0' });
  });

  it.each([
    ['/api/v1/config?revision=deadbeef', 404, 'no-such-revision'],
    ['/api/v1/diff?from=a', 400, 'missing-parameter'],
    ['/api/v1/diff?from=x&to=b', 500, 'internal'],
    ['/api/v1/happenings?after=-1', 400, 'bad-sequence'],
    ['/api/v1/happenings?after=1e9', 400, 'bad-sequence'],
    ['/api/v1/status?x=1', 400, 'unknown-parameter'],
    ['/api/v1/config?revision=a&revision=b', 400, 'repeated-parameter'],
    ['/api/v1/config?__proto__=1', 400, 'unknown-parameter'],
    ['/api/v1/', 404, 'not-found'],
    ['/api/v1/status/', 404, 'not-found'],
    ['/assets/', 404, 'not-found'],
    ['/assets/../../package.json', 404, 'not-found'],
    ['/assets/%2e%2e/app.js', 404, 'not-found'],
    ['//api/v1/status', 404, 'not-found'],
    ['/__proto__', 404, 'not-found'],
    ['/constructor', 404, 'not-found'],
  ])('answers %s with %p and why', async (path, status, code) => {
    const answer = await ask(path);
    expect([answer.status, errorOf(answer)]).toEqual([status, code]);
    expect(answer.body).not.toContain('secret inside');
  });

  it('takes no other method than GET and HEAD', async () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'TRACE']) {
      const answer = await ask('/api/v1/status', method);
      expect([answer.status, answer.headers['allow'], answer.headers['connection']]).toEqual([
        405,
        'GET, HEAD',
        'close',
      ]);
    }
  });

  it('answers HEAD as GET, without a body, the stream of events too', async () => {
    for (const path of ['/', '/api/v1/status', '/api/v1/events']) {
      const answer = await ask(path, 'HEAD');
      expect([answer.status, answer.body]).toEqual([200, '']);
    }
  });

  it('refuses a query beyond all measure', async () => {
    expect((await ask(`/api/v1/config?revision=${'a'.repeat(20_000)}`)).status).toBe(431);
    expect((await ask(`/api/v1/status?${'a&'.repeat(5_000)}`)).status).toBe(400);
  });

  it('sends pages with their ETag, and nothing where it is known', async () => {
    const page = await ask('/');
    expect([page.status, page.headers['etag'], page.headers['cache-control']]).toEqual([
      200,
      '"a"',
      'no-cache',
    ]);
    expect((await ask('/assets/app.js', 'GET', { 'if-none-match': 'W/"a", "b"' })).status).toBe(304);
    expect((await ask('/assets/app.js', 'GET', { 'if-none-match': '"b"' })).status).toBe(200);
  });

  it.each(['/', '/api/v1/status', '/nowhere'])('sends %s with headers that keep pages in', async (path) => {
    const { headers } = await ask(path);
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(headers['content-security-policy']).not.toContain('unsafe');
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cross-origin-resource-policy': 'same-origin',
    });
    expect(headers['access-control-allow-origin']).toBeUndefined();
  });

  it('keeps out names and origins that are not ours', async () => {
    expect(errorOf(await ask('/', 'GET', { host: 'evil.example' }))).toBe('host-not-allowed');
    expect(errorOf(await ask('/api/v1/status', 'GET', { origin: 'http://evil.example' }))).toBe(
      'origin-not-allowed',
    );
  });
});
