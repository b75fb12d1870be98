// Who may ask: against pages in a browser that reach for loopback (DNS rebinding, CSRF), and for the token.
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';
import { ApiError } from './source.js';

export interface GuardRules {
  /** The host of the address that is listened on; `undefined` for every address of this machine. */
  readonly boundHost: string | undefined;
  /** Names beside those of loopback by which this server is known. */
  readonly allowedHosts: readonly string[];
  /** `undefined` where none is asked for. */
  readonly token: string | undefined;
}

const UNAUTHORIZED = 'this needs "Authorization: Bearer <token>" with the token of --diagnostics-token';

/**
 * Lets a request through, or says why not.
 *
 * A browser sends the name that its page used as Host: a name that is not ours means that somebody made their name lead to us.
 * IP addresses cannot be made to lead elsewhere, and who knows the token is no stray page.
 *
 * @param open whether what is asked for is served without a token
 * @throws ApiError 401 or 403
 */
export function admit(headers: IncomingHttpHeaders, rules: GuardRules, open: boolean): void {
  const trusted = rules.token !== undefined && isTokenRight(headers.authorization, rules.token);
  if (!trusted && !isHostOurs(headers.host, rules)) {
    const how = 'add the name to --diagnostics-allowed-hosts if it is yours';
    throw new ApiError(
      403,
      'host-not-allowed',
      `the Host of this request is not a name of this server; ${how}`,
    );
  }
  if (!isOriginOurs(headers))
    throw new ApiError(403, 'origin-not-allowed', 'pages of other origins may not ask');
  if (!open && isFromElsewhere(headers))
    throw new ApiError(403, 'cross-site', 'pages of other sites may not ask');
  if (!open && !trusted && rules.token !== undefined) throw new ApiError(401, 'unauthorized', UNAUTHORIZED);
}

/** In the same time wherever two tokens differ. */
function isTokenRight(authorization: string | undefined, token: string): boolean {
  const [, given] = /^Bearer +(.+?) *$/i.exec(authorization ?? '') ?? [];
  if (given === undefined) return false;
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(token));
}

/** The name in `name:port` or `[address]:port`, in lower case. */
function nameIn(host: string): string {
  const [, bracketed, plain] = /^(?:\[([^\]]*)\]|([^:]*))(?::\d{1,5})?$/.exec(host.trim()) ?? [];
  return (bracketed ?? plain ?? '').toLowerCase().replace(/\.$/, '');
}

function isHostOurs(host: string | undefined, { boundHost, allowedHosts }: GuardRules): boolean {
  const name = nameIn(host ?? '');
  if (name === 'localhost' || name.endsWith('.localhost') || isIP(name) !== 0) return true;
  const known = [...allowedHosts, ...(boundHost === undefined ? [] : [boundHost])];
  return name !== '' && known.some((each) => nameIn(each) === name);
}

/** A page's origin, where the browser tells it, is the very host that it asks. */
function isOriginOurs({ origin, host }: IncomingHttpHeaders): boolean {
  if (origin === undefined) return true;
  return URL.canParse(origin) && new URL(origin).host === (host ?? '').toLowerCase();
}

/** Pictures and scripts are asked for without an Origin; browsers tell all the same that another site's page does. */
const isFromElsewhere = (headers: IncomingHttpHeaders): boolean => {
  const site = headers['sec-fetch-site'];
  return site === 'cross-site' || site === 'same-site';
};
