// Gateways in a process of their own, and who may connect to them.
import { generate } from 'selfsigned';
import { startChild } from '../harness/child.mjs';

const SINK = new URL('sink.mjs', import.meta.url).pathname;

/** One certificate for both sides: it signs itself, and each trusts only it. */
export async function makeIdentity() {
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 2, value: '*.gateways.test' },
        ],
      },
    ],
  });
  return { ca: cert, cert, key };
}

/**
 * @param {number} count how many gateways
 * @param {{ca: string, cert: string, key: string} | undefined} tls for mTLS
 */
export async function startSinks(count, tls) {
  const child = startChild(SINK);
  const { hosts, port } = await child.call('open', { count, tls });
  return {
    hosts,
    port,
    urls: hosts.map((host) => `${tls === undefined ? 'http' : 'https'}://${host}:${port}`),
    /** What may be pushed; each of a length of its own. Without it anything may be, and is hashed. */
    expect: (revisions) =>
      child.call('expect', { revisions: revisions.map(({ id, bytes }) => ({ id, length: bytes.length })) }),
    hang: (numbers) => child.call('hang', { numbers }),
    empty: (numbers) => child.call('empty', { numbers }),
    /** What came in since it was asked last. */
    counts: () => child.call('counts'),
    hashes: () => child.call('hashes'),
    /** When `count` gateways have shown something new since this was called: ms since the epoch. */
    begin: (count) => child.call('begin', { count }),
    end: () => child.call('end'),
    stop: () => child.end(),
  };
}
