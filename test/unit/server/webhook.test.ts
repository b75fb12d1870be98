import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import type { RequestOptions } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { followServingCertificate, readServingCertificate } from '../../../src/server/serving-certificate.js';
import { BadRequest, listenForReviews, patienceMs } from '../../../src/server/webhook.js';
import type { Webhook } from '../../../src/server/webhook.js';
import { makeCertificates } from '../../support/certificates.js';
import type { Certificates } from '../../support/certificates.js';
import { createVirtualClock } from '../../support/virtual-clock.js';

let certificates: Certificates;
const closing: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  certificates = await makeCertificates();
});
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

async function start(answer: (body: unknown) => Promise<object>): Promise<Webhook & { port: number }> {
  const webhook = await listenForReviews(
    { host: '127.0.0.1', port: 0 },
    { path: '/validate', certificate: certificates.server, answer },
  );
  closing.push(() => webhook.close());
  return { ...webhook, port: Number(webhook.address.split(':')[1]) };
}

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly fingerprint: string;
}

function post(port: number, body: string | Buffer, options: RequestOptions = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { ca } = certificates;
    const sent = request(
      {
        host: '127.0.0.1',
        port,
        path: '/validate?timeout=10s',
        method: 'POST',
        ca,
        agent: false,
        ...options,
      },
      (response) => {
        const socket = response.socket as unknown as { getPeerCertificate(): { fingerprint256: string } };
        const { fingerprint256: fingerprint } = socket.getPeerCertificate();
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text, fingerprint }));
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

const echo = async (body: unknown): Promise<object> => ({ got: body });

describe('the webhook', () => {
  test('answers JSON with JSON', async () => {
    const { port } = await start(echo);
    expect(await post(port, '{"a":1}')).toMatchObject({ status: 200, text: '{"got":{"a":1}}' });
  });

  test('takes three mebibytes and more', async () => {
    const { port } = await start(async (body) => ({ length: String(body).length }));
    expect(await post(port, JSON.stringify('x'.repeat(7 * 1024 * 1024)))).toMatchObject({
      status: 200,
      text: `{"length":${7 * 1024 * 1024}}`,
    });
  });

  test.each([
    ['another path', { path: '/' }, 404],
    ['another method', { method: 'GET' }, 405],
  ])('refuses %s', async (_, options, status) => {
    const { port } = await start(echo);
    expect((await post(port, '{}', options)).status).toBe(status);
  });

  test('refuses what is no JSON, and what the reviewer calls a bad request', async () => {
    const { port } = await start(() => Promise.reject(new BadRequest('no AdmissionReview')));
    expect(await post(port, '{"a":')).toMatchObject({ status: 400, text: 'the body is no JSON\n' });
    expect(await post(port, '{}')).toMatchObject({ status: 400, text: 'no AdmissionReview\n' });
  });

  test('says nothing of its own failures but that there was one, and goes on', async () => {
    const { port } = await start(() => Promise.reject(new Error('a secret')));
    expect(await post(port, '{}')).toMatchObject({ status: 500, text: 'internal error\n' });
    expect((await post(port, '{}')).status).toBe(500);
  });

  test('refuses a body without end', async () => {
    const { port } = await start(echo);
    const outcome = await post(port, Buffer.alloc(17 * 1024 * 1024, 0x20)).then(
      ({ status }) => status,
      // It may have closed before everything was sent.
      (error: unknown) => (error as { code?: string }).code,
    );
    expect([413, 'ECONNRESET', 'EPIPE']).toContain(outcome);
    expect((await post(port, '{}')).status).toBe(200);
  });

  test('refuses more than eight at once, and takes the next ones again', async () => {
    const waiting: (() => void)[] = [];
    const { port } = await start(() => new Promise((resolve) => waiting.push(() => resolve({}))));
    const first = Array.from({ length: 8 }, () => post(port, '{}'));
    while (waiting.length < 8) await new Promise((resolve) => setImmediate(resolve));
    expect(await post(port, '{}')).toMatchObject({ status: 503, text: 'too many reviews at once\n' });
    waiting.splice(0).forEach((release) => release());
    expect((await Promise.all(first)).map(({ status }) => status)).toEqual(Array(8).fill(200));
    const next = post(port, '{}');
    while (waiting.length < 1) await new Promise((resolve) => setImmediate(resolve));
    waiting[0]!();
    expect((await next).status).toBe(200);
  });

  test('answers before its caller gives up', async () => {
    const { port } = await start(() => new Promise(() => undefined));
    const answer = await post(port, '{}', { path: '/validate?timeout=1s' });
    expect(answer).toMatchObject({ status: 503, text: 'the review took too long\n' });
  });

  test('survives what is no TLS', async () => {
    const { port } = await start(echo);
    await new Promise<void>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => socket.write('GET / HTTP/1.1\r\n\r\n'));
      socket.on('error', () => undefined);
      socket.on('close', () => resolve());
    });
    expect((await post(port, '{}')).status).toBe(200);
  });

  test('shows another certificate from the next connection on', async () => {
    const { port, use } = await start(echo);
    const before = (await post(port, '{}')).fingerprint;
    use(await certificates.issue(['127.0.0.1']));
    const after = (await post(port, '{}')).fingerprint;
    expect(after).not.toBe(before);
  });
});

test.each([
  ['/validate?timeout=10s', 9_000],
  ['/validate?x=1&timeout=5s', 4_500],
  ['/validate?timeout=999s', 27_000],
  ['/validate?timeout=1h', 9_000],
  ['/validate', 9_000],
])('of %s an answer is wanted within %i ms', (url, ms) => {
  expect(patienceMs(url)).toBe(ms);
});

describe('the files of a certificate', () => {
  async function folder() {
    const path = await mkdtemp(join(tmpdir(), 'silverback-certificate-'));
    closing.push(() => rm(path, { recursive: true }));
    const files = { certFile: join(path, 'tls.crt'), keyFile: join(path, 'tls.key') };
    const write = async ({ cert, key }: { cert: string; key: string }): Promise<void> => {
      await writeFile(`${files.certFile}.new`, cert);
      await writeFile(`${files.keyFile}.new`, key);
      await rename(`${files.certFile}.new`, files.certFile);
      await rename(`${files.keyFile}.new`, files.keyFile);
    };
    return { files, write };
  }

  test('that are not there are named', async () => {
    const { files } = await folder();
    await expect(readServingCertificate(files)).rejects.toThrow(
      `${files.certFile} and ${files.keyFile} cannot be used: ENOENT`,
    );
  });

  test('that do not fit are named, and not shown', async () => {
    const { files, write } = await folder();
    await write({ cert: certificates.server.cert, key: certificates.client.key });
    await expect(readServingCertificate(files)).rejects.toThrow(/cannot be used: [A-Z_ a-z]+$/);
  });

  test('are taken up when they change; while they are unusable the old ones stay, with one word', async () => {
    const { files, write } = await folder();
    await write(certificates.server);
    const clock = createVirtualClock();
    const changes: string[] = [];
    const reasons: string[] = [];
    const first = await readServingCertificate(files);
    const following = followServingCertificate(files, first, {
      clock,
      pollMs: 1_000,
      onChange: ({ cert }) => changes.push(cert),
      onUnusable: (reason) => reasons.push(reason),
    });
    closing.push(async () => following.close());
    const rounds = async (holds: () => boolean): Promise<void> => {
      while (!holds()) {
        await clock.advance(1_000);
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    await writeFile(files.certFile, 'no certificate');
    await rounds(() => reasons.length > 0);
    await clock.advance(5_000);
    const next = await certificates.issue(['127.0.0.1']);
    await write(next);
    await rounds(() => changes.length > 0);
    expect(changes).toEqual([next.cert]);
    expect(new Set(reasons).size).toBe(reasons.length);
  });
});
