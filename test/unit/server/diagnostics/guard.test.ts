import { describe, expect, it } from '@jest/globals';
import { admit } from '../../../../src/server/diagnostics/guard.js';
import type { GuardRules } from '../../../../src/server/diagnostics/guard.js';
import { ApiError } from '../../../../src/server/diagnostics/source.js';

const LOOPBACK: GuardRules = {
  boundHost: '127.0.0.1',
  allowedHosts: ['board.example.com'],
  token: undefined,
};
const WITH_TOKEN: GuardRules = { ...LOOPBACK, boundHost: undefined, token: 'right-token' };

function answerTo(headers: Readonly<Record<string, string>>, rules = LOOPBACK, open = false): number {
  try {
    admit(headers, rules, open);
    return 200;
  } catch (error) {
    if (error instanceof ApiError) return error.status;
    throw error;
  }
}

describe('the guard', () => {
  it.each([
    'localhost:10256',
    'LOCALHOST',
    'localhost.:10256',
    'app.localhost',
    '127.0.0.1:10256',
    '10.1.2.3:10256',
    '[::1]:10256',
    'board.example.com',
    'Board.Example.com:8443',
  ])('lets in who knows this server as %p', (host) => {
    expect(answerTo({ host })).toBe(200);
  });

  it.each([
    'evil.example',
    'localhost.evil.example',
    'evil.example:10256',
    '127.0.0.1.evil.example',
    'board.example.com.evil.example',
    'xboard.example.com',
    '',
    ':10256',
    '[evil]:1',
    'evil.example@localhost',
    'localhost:1:2',
    'localhost/evil',
  ])('keeps out a page whose name was made to lead here: %p', (host) => {
    expect(answerTo({ host })).toBe(403);
    expect(answerTo({ host }, LOOPBACK, true)).toBe(403);
  });

  it('knows the name that it is bound to', () => {
    expect(answerTo({ host: 'sb.internal:1' }, { ...LOOPBACK, boundHost: 'sb.internal' })).toBe(200);
  });

  it('keeps out a request without a host', () => {
    expect(answerTo({})).toBe(403);
  });

  it.each([
    ['http://localhost:10256', 200],
    ['http://localhost:9999', 403],
    ['https://evil.example', 403],
    ['null', 403],
    ['nonsense', 403],
  ])('answers %p with %p, asked as localhost:10256', (origin, status) => {
    expect(answerTo({ host: 'localhost:10256', origin })).toBe(status);
  });

  it.each([
    ['cross-site', 403],
    ['same-site', 403],
    ['same-origin', 200],
    ['none', 200],
  ])('answers data to a %p request with %p, and pages always', (site, status) => {
    const headers = { host: 'localhost', 'sec-fetch-site': site };
    expect(answerTo(headers)).toBe(status);
    expect(answerTo(headers, LOOPBACK, true)).toBe(200);
  });

  it.each([
    [undefined, 401],
    ['Bearer wrong-token', 401],
    ['Bearer right-tokenx', 401],
    ['Bearer ', 401],
    ['Bearer', 401],
    ['Basic right-token', 401],
    ['right-token', 401],
    ['Bearer right-token', 200],
    ['bearer  right-token ', 200],
  ])('asks for the token: %p is %p', (authorization, status) => {
    const headers = { host: 'localhost', ...(authorization !== undefined && { authorization }) };
    expect(answerTo(headers, WITH_TOKEN)).toBe(status);
    expect(answerTo(headers, WITH_TOKEN, true)).toBe(200);
  });

  it('lets whoever has the token use any name, but no page of another origin', () => {
    const authorization = 'Bearer right-token';
    expect(answerTo({ host: 'silverback.kong', authorization }, WITH_TOKEN)).toBe(200);
    expect(answerTo({ host: 'silverback.kong' }, WITH_TOKEN)).toBe(403);
    expect(answerTo({ host: 'a', origin: 'http://b', authorization }, WITH_TOKEN)).toBe(403);
  });
});
