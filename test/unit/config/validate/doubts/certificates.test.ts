import { beforeAll, describe, expect, test } from '@jest/globals';
import { generate } from 'selfsigned';
import { createCompiler } from '../../../../../src/config/compile.js';
import type { Entity } from '../../../../../src/config/document/entity.js';
import { entityModel } from '../../../../../src/config/schema/model.js';
import { readExpiries } from '../../../../../src/config/validate/doubts/certificates.js';
import { OPTIONS, compile } from '../../compile-text.js';

const END = new Date('2031-03-31T12:00:00Z');
const DAY = 24 * 3600 * 1000;
const before = (days: number) => (): Date => new Date(END.getTime() - days * DAY);

let pem = { cert: '', key: '', later: '', ca: '' };

beforeAll(async () => {
  const make = (notAfterDate: Date, cA: boolean): ReturnType<typeof generate> =>
    generate([{ name: 'commonName', value: 'a.test' }], {
      keyType: 'ec',
      algorithm: 'sha256',
      notBeforeDate: new Date('2020-01-01'),
      notAfterDate,
      extensions: [{ name: 'basicConstraints', cA, critical: true }],
    });
  const [leaf, later, ca] = await Promise.all([
    make(END, false),
    make(new Date(END.getTime() + 400 * DAY), false),
    make(END, true),
  ]);
  pem = { cert: leaf.cert, key: leaf.private, later: later.cert, ca: ca.cert };
});

const config = (lists: object): string => JSON.stringify({ _format_version: '3.0', ...lists });
const said = (lists: object, now: () => Date): string[] =>
  compile(config(lists), { now })
    .findings.filter(({ code }) => code.startsWith('certificate-'))
    .map(({ severity, code, message, path }) => `${severity} ${code} ${path ?? ''}: ${message}`);

describe('a server certificate', () => {
  const one = (): object => ({ certificates: [{ cert: pem.cert, key: '{vault://env/key}' }] });

  test.each([
    [30.1, []],
    [
      29.9,
      [
        'warning certificate-expires certificates[0].cert: certificate: cert expires on 2031-03-31, in 29 days',
      ],
    ],
    [
      1.5,
      ['warning certificate-expires certificates[0].cert: certificate: cert expires on 2031-03-31, in 1 day'],
    ],
    [
      0.5,
      [
        'warning certificate-expires certificates[0].cert: certificate: cert expires on 2031-03-31, within a day',
      ],
    ],
    [
      -0.1,
      [
        'warning certificate-expired certificates[0].cert: certificate: cert has expired on 2031-03-31: Kong serves it nevertheless, and clients turn it away',
      ],
    ],
  ])('%d days before its end: %j', (days, findings) => {
    expect(said(one(), before(days))).toEqual(findings);
    expect(compile(config(one()), { now: before(days) }).valid).toBe(true);
  });

  test('is not judged without a clock', () => {
    expect(compile(config(one())).findings).toEqual([]);
  });

  test('is judged anew when time has passed and the text has not', () => {
    let days = 40;
    const { compile: again } = createCompiler({ ...OPTIONS, now: () => before(days)() });
    const texts = [{ file: 'kong.json', text: config(one()) }];
    expect(again(texts).findings).toEqual([]);
    days = 10;
    expect(again(texts).findings).toMatchObject([{ code: 'certificate-expires', file: 'kong.json' }]);
  });
});

test('every certificate of a chain counts, and the alternative one', () => {
  const chain = { cert: `${pem.later}\n${pem.cert}`, cert_alt: pem.cert, key: pem.key };
  expect(said({ certificates: [chain] }, before(3))).toEqual([
    expect.stringContaining('cert, certificate 2 of its chain, expires'),
    expect.stringContaining('cert_alt expires'),
  ]);
});

test('a CA that expires soon is told; one that has expired is refused, as Kong refuses it', () => {
  const cas = (): object => ({ ca_certificates: [{ cert: pem.ca }] });
  expect(said(cas(), before(3))).toHaveLength(1);
  expect(said(cas(), before(-3))).toEqual([
    expect.stringMatching(/^error certificate-expired ca_certificates\[0\]\.cert: .*Kong refuses it$/),
  ]);
});

test.each([
  ['{vault://env/cert}'],
  ['nonsense'],
  [5],
  [null],
  ['-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----'],
  [`-----BEGIN CERTIFICATE-----${'A'.repeat(1e6)}`],
])('%.60j is no certificate that could expire', (cert) => {
  expect(said({ certificates: [{ cert, key: 'k' }] }, before(-3))).toEqual([]);
});

test('thousands of the same are read once; of thousands of others, only so many are', () => {
  const entities = (certs: readonly string[]): Entity[] =>
    certs.map((cert, index) => ({ model: entityModel('certificates'), value: { cert }, index }));
  const same = Array.from({ length: 20_000 }, () => pem.cert);
  expect(readExpiries(entities(same))).toHaveLength(20_000);
  const others = Array.from(
    { length: 20_000 },
    (_, at) => `-----BEGIN CERTIFICATE-----\n${at}\n-----END CERTIFICATE-----`,
  );
  expect(readExpiries(entities([...others, pem.cert]))).toEqual([]);
  expect(readExpiries(entities([pem.cert, ...others, pem.cert]))).toHaveLength(2);
});
