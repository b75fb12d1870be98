// The connection to one gateway: TCP, and for https what its certificate is worth.
import { X509Certificate } from 'node:crypto';
import { connect as connectTcp, isIP } from 'node:net';
import { checkServerIdentity, connect as connectTls } from 'node:tls';
import type { TLSSocket } from 'node:tls';
import type { GatewayAddress } from '../../gateway/address.js';
import { troubleOf } from '../../gateway/network-errors.js';
import { oneLine } from '../../report/one-line.js';
import { day, expiry } from './expiry.js';
import type { Material } from './material.js';
import { resultsOf } from './result.js';
import type { Result } from './result.js';

export interface HandshakeOptions {
  readonly material: Material;
  readonly skipVerify: boolean;
  readonly timeoutMs: number;
  readonly now: Date;
}

const { ok, warn, fail } = resultsOf('gateways');

/** Connects, looks at the certificate, and hangs up. Nothing is asked, and no token sent. */
export async function checkConnection(gateway: GatewayAddress, options: HandshakeOptions): Promise<Result[]> {
  const { protocol, hostname, port } = new URL(gateway.url);
  const secure = protocol === 'https:';
  const host = hostname.replace(/^\[|\]$/g, '');
  const at = { host, port: Number(port) || (secure ? 443 : 80) };
  if (!secure) {
    const failed = await reachTcp(at, options.timeoutMs);
    return [
      failed === undefined ? ok('connection', `${gateway.url} is reached`) : unreachable(gateway, failed),
    ];
  }
  const name = gateway.serverName ?? host;
  const shaken = await shakeHands({ ...at, name }, options);
  if ('error' in shaken) return [unreachable(gateway, shaken.error)];
  const reached = ok('connection', `${gateway.url} is reached`);
  const { skipVerify, now } = options;
  if (skipVerify) return [reached, ok('certificate', 'not verified (--kong-admin-tls-skip-verify)')];
  return [reached, checkCertificate(shaken.socket, name, now, options.material.ca !== undefined)];
}

interface Place {
  readonly host: string;
  readonly port: number;
}

function reachTcp(at: Place, timeoutMs: number): Promise<unknown> {
  return new Promise((resolve) => {
    const socket = connectTcp({ ...at, timeout: timeoutMs });
    socket.once('timeout', () => {
      socket.destroy();
      resolve(Object.assign(new Error('connecting timed out'), { code: 'UND_ERR_CONNECT_TIMEOUT' }));
    });
    socket.once('error', resolve);
    socket.once('connect', () => {
      socket.destroy();
      resolve(undefined);
    });
  });
}

/** Any certificate gets through here, to be looked at: nothing is sent. */
function shakeHands(
  { host, port, name }: Place & { readonly name: string },
  { material, timeoutMs }: HandshakeOptions,
): Promise<{ readonly socket: TLSSocket } | { readonly error: unknown }> {
  const { ca, cert, key } = material;
  return new Promise((resolve) => {
    const socket = connectTls({
      host,
      port,
      timeout: timeoutMs,
      rejectUnauthorized: false,
      ...(isIP(name) === 0 && { servername: name }),
      ...(ca !== undefined && { ca }),
      ...(cert !== undefined && { cert }),
      ...(key !== undefined && { key }),
      // Asked by us, of the name that was meant.
      checkServerIdentity: () => undefined,
    });
    socket.once('timeout', () => {
      socket.destroy();
      resolve({ error: Object.assign(new Error('timed out'), { code: 'UND_ERR_CONNECT_TIMEOUT' }) });
    });
    socket.once('error', (error) => resolve({ error }));
    socket.once('secureConnect', () => {
      resolve({ socket });
      socket.end();
      socket.on('error', () => undefined);
    });
  });
}

function unreachable({ url }: GatewayAddress, error: unknown): Result {
  const trouble = troubleOf(error);
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  if (/WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST/.test(code))
    return fail('connection', `${url} speaks plain HTTP, not HTTPS`, {
      fix: 'use an http:// URL, or a Service port whose name does not end in -tls (appProtocol: http says it, too)',
    });
  if (/ALERT/.test(code))
    return fail('connection', `${url} ended the TLS handshake (${code})`, {
      fix: 'it demands another client certificate: check --kong-admin-tls-client-cert-file and -key-file',
    });
  const { reason, advice = 'is Kong up, and is this its Admin API?' } = trouble;
  const listen = /refused/.test(reason)
    ? `${advice} Kong's Admin API listens on 127.0.0.1 only unless KONG_ADMIN_LISTEN says otherwise (admin.enabled in Kong's chart)`
    : advice;
  return fail('connection', `${url}: ${reason}`, { fix: listen });
}

const UNKNOWN_CA =
  'give that CA as --kong-admin-ca-cert-file, and let Kong show the intermediate certificates, too';

const CHAIN: Readonly<Record<string, (issuer: string) => readonly [message: string, fix: string]>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: () => [
    'is self-signed, and not trusted',
    "give it as --kong-admin-ca-cert-file (Kong makes one of its own unless KONG_ADMIN_SSL_CERT is set), or let a CA sign Kong's",
  ],
  SELF_SIGNED_CERT_IN_CHAIN: (issuer) => [`was signed by ${issuer}, which is not trusted`, UNKNOWN_CA],
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: (issuer) => [`was signed by ${issuer}, which is not trusted`, UNKNOWN_CA],
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: (issuer) => [
    `was signed by ${issuer}, which is not trusted`,
    UNKNOWN_CA,
  ],
  CERT_HAS_EXPIRED: () => [
    'is fine, yet one that signed it has expired',
    'renew the CA or the intermediate certificate',
  ],
  CERT_NOT_YET_VALID: () => ['is fine, yet one that signed it is not yet valid', 'compare the clocks'],
};

/** The gravest fault first: its dates, who signed it, whose it is. */
function checkCertificate(socket: TLSSocket, name: string, now: Date, ownCa: boolean): Result {
  const shown = socket.getPeerCertificate(true);
  const certificate = new X509Certificate(shown.raw);
  const dates = expiry('its certificate', certificate, now);
  if (dates?.verdict === 'fail') return fail('certificate', dates.message, dates);
  // Typed as an Error, yet a code.
  const code = socket.authorized ? undefined : String(socket.authorizationError);
  if (code !== undefined) {
    const issuer = commonName(certificate.issuer);
    const [what, fix] = CHAIN[code]?.(issuer === undefined ? 'a CA' : `"${issuer}"`) ?? [
      `is not trusted (${oneLine(code).slice(0, 80)})`,
      'check --kong-admin-ca-cert-file',
    ];
    const given = ownCa && what.includes('trusted') ? ' by --kong-admin-ca-cert(-file)' : '';
    return fail('certificate', `its certificate ${what}${given}`, { fix });
  }
  if (checkServerIdentity(name, shown) !== undefined) {
    const names = oneLine(certificate.subjectAltName ?? commonName(certificate.subject) ?? 'no name').slice(
      0,
      300,
    );
    return fail('certificate', `its certificate is not for ${name}, but for ${names}`, {
      fix: `put ${name} into it, or say which name it carries: --kong-admin-tls-server-name`,
    });
  }
  if (dates !== undefined) return warn('certificate', dates.message, dates);
  return ok('certificate', `certificate good until ${day(new Date(certificate.validTo))}`);
}

function commonName(subject: string): string | undefined {
  const name = /^CN=(.+)$/m.exec(subject)?.[1];
  return name === undefined ? undefined : oneLine(name).slice(0, 100);
}
