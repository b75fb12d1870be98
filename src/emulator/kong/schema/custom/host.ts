import { isIP } from 'node:net';
import { LuaError } from '../../lua/value.js';
import { invalidUtf8At } from './text.js';

/** What Kong takes a host for: an address, or a name, with the port written behind it. */
interface Host {
  readonly type: 'ipv4' | 'ipv6' | 'name';
  readonly port: number | undefined;
}

type Parsed = Host | { readonly error: string };

const BAD_PORT = 'invalid port number';

/** A host without a port (`typedefs.host`). */
export function host(value: string): string | undefined {
  return withoutPort(parseHost(value), value);
}

/** A host that may carry a port. */
export function hostWithOptionalPort(value: string): string | undefined {
  const parsed = parseHost(value);
  return 'error' in parsed ? parsed.error : undefined;
}

/** A host of a route: `*` may stand for a label. */
export function routeHost(value: string): string | undefined {
  return hostWithOptionalPort(value.replaceAll('*', 'abc'));
}

/** A server name: no address, no port. */
export function serverName(value: string): string | undefined {
  const parsed = parseHost(value);
  if ('type' in parsed && parsed.type !== 'name') return 'must not be an IP';
  return withoutPort(parsed, value);
}

/** A server name with at most one `*`, at one end. */
export function wildcardServerName(value: string): string | undefined {
  const star = value.indexOf('*');
  if (star === -1) return serverName(value);
  if (star !== 0 && star !== value.length - 1) return 'wildcard must be leftmost or rightmost character';
  if (value.split('*').length > 2) return 'only one wildcard must be specified';
  return serverName(value.replace('*', 'wildcard'));
}

/** A target of an upstream: a host with an optional port. */
export function target(value: string): string | undefined {
  if (!('error' in parseHost(value))) return undefined;
  const shown = invalidUtf8At(value) === undefined ? ` ('${value}')` : '';
  return `Invalid target${shown}; not a valid hostname or ip address`;
}

/** The name of an upstream: a host name without port that is no address. */
export function upstreamName(value: string): string | undefined {
  const parsed = parseHost(value);
  const shown = invalidUtf8At(value) === undefined ? ` ('${value}')` : '';
  if ('error' in parsed) return `Invalid name${shown}; must be a valid hostname`;
  if (parsed.type !== 'name') return `Invalid name${shown}; no ip addresses allowed`;
  return parsed.port === undefined ? undefined : `Invalid name${shown}; no port allowed`;
}

export function ipAddress(value: string): string | undefined {
  return addressVersion(value) === 0 ? `not an ip address: ${value}` : undefined;
}

/** An address or a CIDR block. */
export function ipOrCidr(value: string): string | undefined {
  return isIpOrCidr(value) ? undefined : `invalid ip or cidr range: '${value}'`;
}

/** 4, 6, or 0 for what is no address. An IPv6 address may stand in brackets, but has no zone. */
function addressVersion(value: string): number {
  return value.includes('%') ? 0 : isIP(/^\[(.*:.*)\]$/.exec(value)?.[1] ?? value);
}

function isIpOrCidr(value: string): boolean {
  if (addressVersion(value) !== 0) return true;
  const slash = value.indexOf('/', 2);
  if (slash === -1) return false;
  const version = addressVersion(value.slice(0, slash));
  const prefix = value.slice(slash + 1);
  if (version === 0 || !/^(0|[1-9]\d{0,2})$/.test(prefix)) return false;
  return Number(prefix) <= (version === 4 ? 32 : 128);
}

function withoutPort(parsed: Parsed, value: string): string | undefined {
  if ('error' in parsed)
    return parsed.error === BAD_PORT ? 'must not have a port' : `invalid value: ${value}`;
  return parsed.port === undefined ? undefined : 'must not have a port';
}

/** Two colons make an IPv6 address, digits and dots an IPv4 address, anything else a name. */
function parseHost(value: string): Parsed {
  const colons = value.split(':').length - 1;
  if (colons > 1) return parseIpv6(value);
  if (/^[\d.]+$/.test(value.replaceAll(':', ''))) return parseIpv4(value);
  return parseName(value);
}

function parseIpv4(value: string): Parsed {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})(?::(\d+))?$/.exec(value);
  const parts = match?.slice(1, 5).map(Number) ?? [];
  if (match === null || parts.some((part) => part > 255)) return { error: `invalid ipv4 address: ${value}` };
  return withPort('ipv4', match[5]);
}

function parseIpv6(value: string): Parsed {
  const bracketed = /^\[([^[\]]*)\](.*)$/.exec(value);
  const rest = bracketed?.[2] ?? '';
  const port = /^:(\d*)$/.exec(rest)?.[1];
  if (rest !== '' && port === undefined) return { error: 'invalid ipv6 address' };
  if (port === '') throw new LuaError('attempt to compare number with nil');
  if (port !== undefined && Number(port) > 65_535) return { error: BAD_PORT };
  return isExpandable(bracketed?.[1] ?? value)
    ? withPort('ipv6', port)
    : { error: `invalid ipv6 address: ${value}` };
}

/** Kong expands `::` itself and knows neither zones nor embedded IPv4 addresses. */
function isExpandable(address: string): boolean {
  let check = address.startsWith(':') ? `0${address}` : address;
  if (check.endsWith(':')) check += '0';
  if (check.includes('::')) {
    const colons = check.split(':').length - 1;
    check = check.replace('::', `:${'0:'.repeat(Math.max(0, 8 - colons))}`);
  }
  return /^([\dA-Fa-f]{1,4}:){7}[\dA-Fa-f]{1,4}$/.test(check);
}

function parseName(value: string): Parsed {
  const port = /:(\d+)$/.exec(value)?.[1];
  if (port !== undefined && Number(port) > 65_535) return { error: BAD_PORT };
  const name = port === undefined ? value : value.slice(0, -(port.length + 1));
  const labels = name.split('.');
  const labelsHold = labels.every(
    (label, at) => !label.endsWith('-') && (label !== '' || at === labels.length - 1),
  );
  if (!/^[\dA-Za-z\-._]+$/.test(name) || !labelsHold) return { error: `invalid hostname: ${value}` };
  return withPort('name', port);
}

function withPort(type: Host['type'], port: string | undefined): Parsed {
  if (port === undefined) return { type, port: undefined };
  const number = Number(port);
  return number > 65_535 ? { error: BAD_PORT } : { type, port: number };
}
