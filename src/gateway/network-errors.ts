import type { Trouble } from '../report/happening.js';

/** Error codes of a connection that never came to be, with words a person can act on. */
const WORDS: Readonly<Record<string, Omit<Trouble, 'code'>>> = {
  ECONNREFUSED: { reason: 'connection refused', advice: 'is Kong up, and is this its Admin API port?' },
  ENOTFOUND: { reason: 'the host name does not resolve', advice: 'check the URL' },
  EAI_AGAIN: { reason: 'the host name does not resolve just now' },
  EHOSTUNREACH: { reason: 'no route to the host', advice: 'check network policies' },
  ENETUNREACH: { reason: 'the network is unreachable', advice: 'check network policies' },
  ECONNRESET: { reason: 'the connection was reset' },
  EPIPE: { reason: 'the connection was closed while sending' },
  ETIMEDOUT: { reason: 'the connection timed out', advice: 'check network policies' },
  UND_ERR_CONNECT_TIMEOUT: { reason: 'connecting timed out', advice: 'check network policies' },
  UND_ERR_SOCKET: {
    reason: 'the connection was closed',
    advice: 'an Admin API with mTLS closes connections that show no client certificate it trusts',
  },
  UND_ERR_HEADERS_TIMEOUT: { reason: 'no answer in time' },
  UND_ERR_BODY_TIMEOUT: { reason: 'the answer stopped half-way' },
};

/** TLS failures: the certificate, not the network, is at fault. */
const TLS_CODE =
  /^(ERR_TLS|ERR_SSL|CERT_|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO|EPROTO|ERR_OSSL|HOSTNAME_MISMATCH)/;

/** What the commonest of them mean. */
const TLS_WORDS: Readonly<Record<string, string>> = {
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is signed by nobody we trust',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is signed by nobody we trust',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is signed by nobody we trust',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate is signed by nobody we trust',
};

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** The code of an error, of whatever caused it, or of the first of several; `undefined` for errors that carry none. */
function codeOf(error: unknown, depth = 0): string | undefined {
  if (!isObject(error) || depth > 5) return undefined;
  if ('code' in error && typeof error.code === 'string') return error.code;
  if ('errors' in error && Array.isArray(error.errors)) return codeOf(error.errors[0], depth + 1);
  return 'cause' in error ? codeOf(error.cause, depth + 1) : undefined;
}

/** Puts a failed connection into words. Never the error's own text: it may hold addresses, never secrets, and helps nobody. */
export function troubleOf(error: unknown): Trouble {
  const code = codeOf(error);
  if (code === undefined) return { code: 'network', reason: 'the connection failed' };
  if (TLS_CODE.test(code)) {
    const meaning = TLS_WORDS[code];
    return {
      code: 'tls',
      reason: `the TLS handshake failed (${code})${meaning === undefined ? '' : `: ${meaning}`}`,
      advice:
        'check --kong-admin-ca-cert-file, --kong-admin-tls-server-name and the client certificate; --kong-admin-tls-skip-verify turns verification off',
    };
  }
  const words = WORDS[code];
  return words === undefined
    ? { code: 'network', reason: `network error ${code}` }
    : { code: code.toLowerCase(), ...words };
}
