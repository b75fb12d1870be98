import { describe, expect, test } from '@jest/globals';
import { classifyPush, classifyStatus, retryAfterMs, saysNothing } from '../../../src/gateway/answers.js';
import type { HttpAnswer } from '../../../src/gateway/answers.js';

const json = (status: number, body: unknown, retryAfter?: string): HttpAnswer => ({
  status,
  contentType: 'application/json; charset=utf-8',
  retryAfter,
  body: JSON.stringify(body),
});

const html = (status: number, title: string): HttpAnswer => ({
  status,
  contentType: 'text/html',
  retryAfter: undefined,
  body: `<html><head><title>${status} ${title}</title></head><body>${title}</body></html>`,
});

const push = (answer: HttpAnswer) => classifyPush(answer, 0);

describe('an answer to POST /config', () => {
  test('201 is accepted and 304 is the same', () => {
    expect(push(json(201, {})).kind).toBe('accepted');
    expect(push({ status: 304, contentType: '', retryAfter: undefined, body: '' }).kind).toBe('same');
  });

  test("400 with a code is a rejection that keeps Kong's words", () => {
    const body = { code: 14, name: 'invalid declarative configuration', fields: {}, flattened_errors: {} };
    expect(push(json(400, body))).toMatchObject({ kind: 'rejected', body: JSON.stringify(body) });
  });

  test.each([['expected a declarative configuration'], ['Cannot parse JSON body']])(
    '400 "%s" is a body buffer that is too small, not a bad configuration',
    (message) => {
      const answer = push(json(400, { message }));
      expect(answer).toMatchObject({ kind: 'refused', trouble: { code: '400-unread' } });
      expect(JSON.stringify(answer)).toContain('nginx_admin_client_body_buffer_size');
    },
  );

  test('400 in HTML for a missing client certificate names the settings', () => {
    const answer = push(html(400, 'No required SSL certificate was sent'));
    expect(answer).toMatchObject({ kind: 'refused', trouble: { code: 'tls' } });
    expect(JSON.stringify(answer)).toContain('--kong-admin-tls-client-cert-file');
  });

  test('400 from a Kong with a database says so', () => {
    const message = 'this endpoint is only available when Kong is configured to not use a database';
    expect(push(json(400, { message }))).toMatchObject({
      kind: 'refused',
      trouble: { code: '400-database' },
    });
  });

  test('413 comes in two forms with two cures', () => {
    expect(push(html(413, 'Request Entity Too Large'))).toMatchObject({
      kind: 'refused',
      trouble: { code: '413' },
    });
    const lmdb =
      'Configuration does not fit in LMDB database, consider raising the "lmdb_map_size" config for Kong';
    expect(push(json(413, { message: lmdb }))).toMatchObject({
      kind: 'refused',
      trouble: { code: '413-lmdb' },
    });
  });

  test.each([401, 403, 404, 405, 415, 301])('%d is a fault of the set-up, with advice', (status) => {
    const answer = push(html(status, 'whatever'));
    expect(answer).toMatchObject({ kind: 'refused', trouble: { code: String(status) } });
    expect(answer.kind === 'refused' && answer.trouble.advice).toBeTruthy();
  });

  test('429 is busy and carries Retry-After', () => {
    const answer = push(json(429, { message: 'Currently loading previous configuration' }, '10'));
    expect(answer).toMatchObject({ kind: 'busy', retryAfterMs: 10_000, trouble: { code: '429' } });
  });

  test('500 may be retried, and hints at references', () => {
    const answer = push(json(500, { message: 'An unexpected error occurred' }));
    expect(answer).toMatchObject({ kind: 'failed', trouble: { code: '500' } });
    expect(JSON.stringify(answer)).toContain('reference');
  });

  test('503 may be retried, 504 leaves the outcome unknown', () => {
    expect(push(json(503, { message: 'Kong currently exiting' }))).toMatchObject({ kind: 'failed' });
    expect(push(json(504, { message: 'Timed out while loading configuration' }))).toMatchObject({
      kind: 'unknown',
    });
  });
});

describe('an answer to GET /status', () => {
  test('gives the hash', () => {
    expect(classifyStatus(json(200, { server: {}, configuration_hash: 'abc' }), 0)).toEqual({
      kind: 'status',
      hash: 'abc',
    });
  });

  test('without a hash it is a Kong that is not DB-less, or no Kong at all', () => {
    expect(classifyStatus(json(200, { server: {} }), 0)).toMatchObject({ trouble: { code: 'no-hash' } });
    expect(classifyStatus(json(200, { hello: 1 }), 0)).toMatchObject({ trouble: { code: 'not-kong' } });
    expect(classifyStatus(html(200, 'Welcome to nginx'), 0)).toMatchObject({ trouble: { code: 'not-kong' } });
    expect(classifyStatus(json(200, null), 0)).toMatchObject({ trouble: { code: 'not-kong' } });
  });

  test('other statuses fall into the shared classes', () => {
    expect(classifyStatus(html(401, 'Unauthorized'), 0).kind).toBe('refused');
    expect(classifyStatus(html(502, 'Bad Gateway'), 0).kind).toBe('failed');
    expect(classifyStatus(json(429, {}, '1'), 0)).toMatchObject({ kind: 'busy', retryAfterMs: 1000 });
  });
});

describe('Retry-After', () => {
  test('reads whole and fractional seconds, and dates', () => {
    expect(retryAfterMs('10', 0)).toBe(10_000);
    expect(retryAfterMs('0.25', 0)).toBe(250);
    expect(retryAfterMs(new Date(5000).toUTCString(), 2000)).toBe(3000);
  });

  test('what cannot be read is no wish at all', () => {
    expect(retryAfterMs(undefined, 0)).toBeUndefined();
    expect(retryAfterMs('soon', 0)).toBeUndefined();
    expect(retryAfterMs('', 0)).toBeUndefined();
    expect(retryAfterMs('-5', 0)).toBe(0);
  });
});

describe('a 400 that says nothing', () => {
  test('is one whose flattened errors and fields are both empty, as object or list', () => {
    expect(saysNothing('{"code":14,"fields":{},"flattened_errors":{}}')).toBe(true);
    expect(saysNothing('{"code":14,"fields":{},"flattened_errors":[]}')).toBe(true);
  });

  test('is none that names a field, lists an error, or was not flattened', () => {
    expect(saysNothing('{"fields":{"foo":"unknown field"},"flattened_errors":{}}')).toBe(false);
    expect(saysNothing('{"fields":{},"flattened_errors":[{"entity_type":"route"}]}')).toBe(false);
    expect(saysNothing('{"fields":{"error":"x"}}')).toBe(false);
    expect(saysNothing('<html>')).toBe(false);
  });
});
