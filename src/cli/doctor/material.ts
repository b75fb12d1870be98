// Token, CA and client certificate for the Admin API: whether they can be read, and are what they should be.
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { SettingName } from '../../settings/table.js';
import type { Values } from '../../settings/read.js';
import { expiry } from './expiry.js';
import { resultsOf } from './result.js';
import type { Result } from './result.js';

const { ok, warn, fail } = resultsOf('settings');

export interface Material {
  readonly token: string | undefined;
  readonly ca: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
}

export interface CheckedMaterial {
  readonly results: readonly Result[];
  /** There when gateways can be asked with it. */
  readonly material?: Material;
}

type Named = readonly [value: SettingName, file: SettingName];

const PARTS = {
  token: ['kong-admin-token', 'kong-admin-token-file'],
  ca: ['kong-admin-ca-cert', 'kong-admin-ca-cert-file'],
  cert: ['kong-admin-tls-client-cert', 'kong-admin-tls-client-cert-file'],
  key: ['kong-admin-tls-client-key', 'kong-admin-tls-client-key-file'],
} as const satisfies Record<keyof Material, Named>;

export async function checkMaterial(values: Values, now: Date): Promise<CheckedMaterial> {
  const results: Result[] = [];
  const read = async ([value, file]: Named): Promise<string | undefined> => {
    const given = values[value];
    return typeof given === 'string' ? given : readNamed(values, file, results);
  };
  const [token, ca, cert, key] = await Promise.all([PARTS.token, PARTS.ca, PARTS.cert, PARTS.key].map(read));
  const material = { token: token?.trim(), ca, cert, key };
  if (results.length > 0) return { results };
  results.push(...checkCa(ca, now), ...checkPair(CLIENT, cert, key, now));
  if (results.some(({ verdict }) => verdict === 'fail')) return { results };
  const given = Object.entries(material).filter(([, text]) => text !== undefined).length;
  return given === 0 || results.length > 0
    ? { results, material }
    : { results: [ok('credentials', 'what the Admin API is to be shown can be read')], material };
}

/** Files that our own servers need: the certificate of the admission webhook, the token of the diagnostics API. */
export async function checkServers(values: Values, now: Date): Promise<Result[]> {
  const results: Result[] = [];
  if (values['diagnostics-bind-address'] !== undefined)
    await readNamed(values, 'diagnostics-token-file', results);
  if (values['admission-webhook-listen'] === undefined) return results;
  const cert = await readNamed(values, 'admission-webhook-cert-file', results);
  const key = await readNamed(values, 'admission-webhook-key-file', results);
  return [...results, ...checkPair(WEBHOOK, cert, key, now)];
}

async function readNamed(values: Values, file: SettingName, results: Result[]): Promise<string | undefined> {
  const path = values[file];
  if (typeof path !== 'string') return undefined;
  try {
    const text = await readFile(path, 'utf8');
    if (text.trim() === '') results.push(fail('credentials', `--${file}: ${path} is empty`));
    return text;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    const fix = 'check the path; in a pod, check that the Secret is mounted, and the key in it';
    results.push(fail('credentials', `--${file}: ${path} cannot be read (${code})`, { fix }));
    return undefined;
  }
}

const PEM = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

function certificatesIn(pem: string): X509Certificate[] | undefined {
  try {
    const found = (pem.match(PEM) ?? []).map((each) => new X509Certificate(each));
    return found.length === 0 ? undefined : found;
  } catch {
    return undefined;
  }
}

function checkCa(ca: string | undefined, now: Date): Result[] {
  if (ca === undefined) return [];
  const certificates = certificatesIn(ca);
  if (certificates === undefined)
    return [
      fail('ca', 'what --kong-admin-ca-cert(-file) gives is no certificate in PEM', {
        fix: 'give the certificate of the CA: -----BEGIN CERTIFICATE-----…',
      }),
    ];
  return certificates.flatMap((certificate) => {
    const said = expiry('the CA of --kong-admin-ca-cert(-file)', certificate, now);
    return said === undefined ? [] : [{ ...said, area: 'settings' as const, check: 'ca' }];
  });
}

interface Pair {
  readonly check: string;
  readonly what: string;
  readonly cert: string;
  readonly key: string;
}

const CLIENT: Pair = {
  check: 'client-certificate',
  what: 'our client certificate',
  cert: '--kong-admin-tls-client-cert(-file)',
  key: '--kong-admin-tls-client-key(-file)',
};

const WEBHOOK: Pair = {
  check: 'webhook-certificate',
  what: 'the certificate of the admission webhook',
  cert: '--admission-webhook-cert-file',
  key: '--admission-webhook-key-file',
};

function checkPair(pair: Pair, cert: string | undefined, key: string | undefined, now: Date): Result[] {
  if (cert === undefined || key === undefined) return [];
  const { check, what } = pair;
  const [certificate] = certificatesIn(cert) ?? [];
  if (certificate === undefined) return [fail(check, `what ${pair.cert} gives is no certificate in PEM`)];
  try {
    if (!certificate.checkPrivateKey(createPrivateKey(key)))
      return [
        fail(check, `${what} and its key do not belong together`, {
          fix: 'take tls.crt and tls.key of the same Secret',
        }),
      ];
  } catch {
    return [fail(check, `what ${pair.key} gives is no private key in PEM`)];
  }
  const said = expiry(what, certificate, now);
  if (said === undefined) return [];
  return [(said.verdict === 'fail' ? fail : warn)(check, said.message, { fix: said.fix })];
}
