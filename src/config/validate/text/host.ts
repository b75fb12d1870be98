// Hosts and addresses as Kong 3.9.3 takes them apart (kong/tools/ip.lua): its own rules, laxer and stricter than the RFCs.

export interface Address {
  readonly kind: 'name' | 'ipv4' | 'ipv6';
  readonly port?: number;
}

/** What is wrong with an address: its port alone, or the whole. */
export type AddressFault = 'address' | 'port';

/** Takes apart `name[:port]`, `ipv4[:port]`, `ipv6` and `[ipv6][:port]`. */
export function parseAddress(text: string): Address | AddressFault {
  const colons = text.split(':').length - 1;
  if (colons > 1) return parseIpv6(text);
  if (/^[0-9.]+$/.test(text.replaceAll(':', ''))) return parseIpv4(text);
  return parseName(text);
}

function withPort(kind: Address['kind'], port: string | undefined): Address | AddressFault {
  if (port === undefined) return { kind };
  return Number(port) > 65535 ? 'port' : { kind, port: Number(port) };
}

function parseIpv4(text: string): Address | AddressFault {
  const [, a, b, c, d, port] = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})(?::(\d+))?$/.exec(text) ?? [];
  if ([a, b, c, d].some((part) => part === undefined || Number(part) > 255)) return 'address';
  return withPort('ipv4', port);
}

function parseIpv6(text: string): Address | AddressFault {
  const [, inner = text, rest = ''] = /^\[(.*)\](.*)$/.exec(text) ?? [];
  const [, port] = /^:(\d+)$/.exec(rest) ?? [];
  if (rest !== '' && port === undefined) return 'address';
  return isExpandedIpv6(inner) ? withPort('ipv6', port) : 'address';
}

/** Whether the address has eight groups once `::` stands for as many zeros as are missing. */
function isExpandedIpv6(text: string): boolean {
  let address = text;
  if (address.startsWith(':')) address = `0${address}`;
  if (address.endsWith(':')) address = `${address}0`;
  const colons = address.split(':').length - 1;
  if (colons > 8) return false;
  address = address.replace('::', `:${'0:'.repeat(8 - colons)}`);
  return /^(?:[0-9a-fA-F]{1,4}:){7}[0-9a-fA-F]{1,4}$/.test(address);
}

function parseName(text: string): Address | AddressFault {
  const [, port] = /:(\d+)$/.exec(text) ?? [];
  const name = port === undefined ? text : text.slice(0, -(port.length + 1));
  if (port !== undefined && Number(port) > 65535) return 'port';
  if (!/^[0-9A-Za-z\-._]+$/.test(name)) return 'address';
  const labels = name.split('.');
  const sound = labels.every(
    (label, at) => !label.endsWith('-') && (label !== '' || at === labels.length - 1),
  );
  return sound ? withPort('name', port) : 'address';
}

const isFault = (address: Address | AddressFault): address is AddressFault => typeof address === 'string';

/** A host without a port. */
export function hostFault(text: string): string | undefined {
  const address = parseAddress(text);
  if (address === 'address') return 'must be a host name or an IP address';
  return address === 'port' || address.port !== undefined ? 'must not have a port' : undefined;
}

/** A host that may have a port. */
export function hostAndPortFault(text: string): string | undefined {
  const address = parseAddress(text);
  if (address === 'port') return 'has a port above 65535';
  return isFault(address) ? 'must be a host name or an IP address, with or without a port' : undefined;
}

/** A host name for TLS: no address, no port. */
export function sniFault(text: string): string | undefined {
  const address = parseAddress(text);
  if (address === 'address') return 'must be a host name';
  if (!isFault(address) && address.kind !== 'name') return 'must be a host name, not an IP address';
  return isFault(address) || address.port !== undefined ? 'must not have a port' : undefined;
}

/** A host name for TLS with one `*` at its beginning or end. */
export function wildcardSniFault(text: string): string | undefined {
  const star = text.indexOf('*');
  if (star < 0) return sniFault(text);
  if (star > 0 && star < text.length - 1) return 'may have a * at its beginning or end only';
  if (text.indexOf('*', star + 1) >= 0) return 'may have one * only';
  return sniFault(text.replace('*', 'wildcard'));
}

/** A route's host: the schema sees to where its `*` stands. */
export function routeHostFault(text: string): string | undefined {
  return hostAndPortFault(text.replaceAll('*', 'abc'));
}

/** An upstream's name: a host name, which a service's host may be. */
export function upstreamNameFault(text: string): string | undefined {
  const address = parseAddress(text);
  if (isFault(address)) return 'must be a host name';
  if (address.kind !== 'name') return 'must be a host name, not an IP address';
  return address.port === undefined ? undefined : 'must not have a port';
}
