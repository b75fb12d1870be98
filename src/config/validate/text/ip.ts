// Addresses and ranges as resty.ipmatcher takes them.
import { isIPv6 } from 'node:net';

/** Four decimal numbers; leading zeros pass. */
function isIpv4(text: string): boolean {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)?.slice(1);
  return parts?.every((part) => Number(part) <= 255) ?? false;
}

export function ipFault(text: string): string | undefined {
  return isIpv4(text) || isIPv6(text) ? undefined : 'must be an IP address';
}

export function ipOrRangeFault(text: string): string | undefined {
  const [, address = text, prefix] = /^(.{2,})\/(.*)$/.exec(text) ?? [];
  const most = isIpv4(address) ? 32 : isIPv6(address) ? 128 : -1;
  const sound =
    prefix === undefined ? most > 0 : /^(?:0|[1-9]\d{0,2})$/.test(prefix) && Number(prefix) <= most;
  return sound ? undefined : 'must be an IP address or a range such as 10.0.0.0/8';
}
