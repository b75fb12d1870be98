import { bytesOf } from '../../lua/pattern.js';

/** The parts of a URL as luasocket splits it, which is laxer than RFC 3986. */
export interface SplitUrl {
  readonly scheme: string | undefined;
  readonly host: string | undefined;
  readonly port: string | undefined;
  readonly path: string | undefined;
  readonly userinfo: string | undefined;
  readonly fragment: string | undefined;
}

/** Splits a URL; nothing for an empty one. Escaped unreserved characters are decoded, as luasocket 3.1 does. */
export function splitUrl(url: string): SplitUrl | undefined {
  if (url === '') return undefined;
  let rest = url.replace(/%([\dA-Fa-f]{2})/g, (triplet, hex: string) => {
    const char = String.fromCharCode(Number.parseInt(hex, 16));
    return /[a-zA-Z0-9._~-]/.test(char) ? char : triplet;
  });
  const take = (pattern: RegExp): string | undefined => {
    const match = pattern.exec(rest);
    if (match === null) return undefined;
    rest = rest.slice(0, match.index) + rest.slice(match.index + match[0].length);
    return match[1];
  };
  const fragment = take(/#([\s\S]*)$/);
  const scheme = take(/^([\dA-Za-z][\dA-Za-z+\-.]*):/);
  let authority = take(/^\/\/([^/?#]*)/);
  take(/\?([\s\S]*)/);
  take(/;([\s\S]*)/);
  const path = rest === '' ? undefined : rest;
  const userinfo = authority === undefined ? undefined : /^([^@]*)@/.exec(authority)?.[1];
  if (authority !== undefined && userinfo !== undefined) authority = authority.slice(userinfo.length + 1);
  const port = authority === undefined ? undefined : /:([^:\]]*)$/.exec(authority)?.[1];
  if (authority !== undefined && port !== undefined) authority = authority.slice(0, -(port.length + 1));
  const host =
    authority === undefined || authority === '' ? undefined : authority.replace(/^\[(.+)\]$/, '$1');
  return { scheme, host, port, path, userinfo, fragment };
}

export function url(value: string): string | undefined {
  const parts = splitUrl(value);
  if (parts === undefined) return 'could not parse url. invalid url';
  if (parts.host === undefined) return 'missing host in url';
  return parts.scheme === undefined ? 'missing scheme in url' : undefined;
}

export function redirectUri(value: string): string | undefined {
  const parts = splitUrl(value);
  if (parts?.host === undefined || parts.scheme === undefined) return `cannot parse '${value}'`;
  return parts.fragment === undefined ? undefined : `fragment not allowed in '${value}'`;
}

/** A path of a service: RFC 3986 characters, whole percent triplets. */
export function path(value: string): string | undefined {
  if (!/^\/[\dA-Za-z.\-_~/%:@!$&'()*+,;=]*$/.test(value)) {
    return `invalid path: '${value}' (characters outside of the reserved list of RFC 3986 found)`;
  }
  return badTriplet(value);
}

/** The first broken percent triplet of a path, in Kong's words. */
export function badTriplet(value: string): string | undefined {
  const broken = /%[\s\S]{0,2}/.exec(value.replace(/%[\dA-Fa-f]{2}/g, '___'));
  return broken === null ? undefined : `invalid url-encoded value: '${broken[0]}'`;
}

const RESERVED = new Set("!*'();:@&=+$,/?%#[]");

/** A path as Kong's router normalises it: unreserved triplets decoded, dot segments and double slashes gone. */
export function normalizePath(value: string): string {
  if (value === '' || value === '/') return value;
  const decoded = decodeTriplets(value);
  if (!decoded.includes('.') && !decoded.includes('//')) return decoded;
  return removeDotSegments(decoded);
}

function decodeTriplets(value: string): string {
  if (!value.includes('%')) return value;
  const bytes = bytesOf(value).replace(/%([\dA-Fa-f]{2})/g, (triplet, hex: string) => {
    const char = String.fromCharCode(Number.parseInt(hex, 16));
    return RESERVED.has(char) ? triplet.toUpperCase() : char;
  });
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

function removeDotSegments(value: string): string {
  const output: string[] = [];
  let rest = value;
  while (rest !== '') {
    if (rest === '/.') rest = '/';
    else if (rest === '/..') {
      rest = '/';
      output.pop();
    } else if (rest === '.' || rest === '..') rest = '';
    else if (rest.startsWith('../')) rest = rest.slice(3);
    else if (rest.startsWith('./')) rest = rest.slice(2);
    else if (rest.startsWith('/./')) rest = rest.slice(2);
    else if (rest.startsWith('/../')) {
      rest = rest.slice(3);
      output.pop();
    } else if (rest.startsWith('//')) rest = rest.slice(1);
    else {
      const next = rest.indexOf('/', 1);
      output.push(next === -1 ? rest : rest.slice(0, next));
      rest = next === -1 ? '' : rest.slice(next);
    }
  }
  return output.join('');
}
