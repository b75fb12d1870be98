import { BlockList } from 'node:net';
import {
  asMap,
  elementsOf,
  index,
  isNonEmpty,
  isTable,
  toText,
  type Table,
  type Value,
} from '../../lua/value.js';
import { rustRegexProblem } from '../../../../config/syntax/rust-regex.js';

const PREFIX = 'Router Expression failed validation: ';
const MATCHED = ['snis', 'sources', 'destinations', 'methods', 'hosts', 'paths', 'headers'];
const STREAM = new Set<Value>(['tcp', 'udp', 'tls', 'tls_passthrough']);

/**
 * What the expression router says of the expression Kong makes from a route's fields (router flavor
 * `traditional_compatible`): regular expressions must suit a second engine, and a header needs values.
 */
export function routeExpression(route: Table): string | undefined {
  if (!MATCHED.some((name) => isNonEmpty(route.get(name)))) return undefined;
  for (const net of ['sources', 'destinations']) {
    const bad = elementsOf(route.get(net))
      .map((element) => index(element, 'ip'))
      .find(isBadNetwork);
    if (bad !== undefined) return `${PREFIX}invalid address ${toText(bad)}`;
  }
  const [first] = elementsOf(route.get('protocols'));
  if (first !== undefined && STREAM.has(first)) return undefined;
  for (const path of elementsOf(route.get('paths'))) {
    if (typeof path !== 'string' || !path.startsWith('~')) continue;
    const problem = rustRegexProblem(`^${path.slice(1).replaceAll('?<', '?P<')}`);
    if (problem !== undefined) return `${PREFIX}regex parse error: ${problem}`;
  }
  return headersProblem(route.get('headers'));
}

/**
 * Addresses the router cannot take though the schema does: in brackets, or a network whose host part is not zero. Kong
 * clears the host part of IPv4 networks, but not for `/0`.
 */
function isBadNetwork(ip: Value | undefined): boolean {
  if (typeof ip !== 'string') return false;
  if (ip.startsWith('[')) return true;
  const [address = '', prefix] = ip.split('/');
  if (prefix === undefined) return false;
  if (!address.includes(':')) return prefix === '0' && address !== '0.0.0.0';
  const network = new BlockList();
  network.addSubnet(address, Number(prefix), 'ipv6');
  return !firstAddress(network, address);
}

/** Whether an address is the first of its network: the one before it is not in it. */
function firstAddress(network: BlockList, address: string): boolean {
  const words = ipv6Words(address);
  for (let at = words.length - 1; at >= 0; at -= 1) {
    const word = words[at] ?? 0;
    words[at] = word === 0 ? 0xffff : word - 1;
    if (word !== 0) return !network.check(words.map((part) => part.toString(16)).join(':'), 'ipv6');
  }
  return true;
}

function ipv6Words(address: string): number[] {
  const [head = '', tail] = address.split('::');
  const words = (text: string): number[] =>
    text === '' ? [] : text.split(':').map((word) => Number.parseInt(word, 16));
  if (tail === undefined) return words(head);
  const [left, right] = [words(head), words(tail)];
  return [...left, ...Array.from({ length: 8 - left.length - right.length }, () => 0), ...right];
}

function headersProblem(headers: Value | undefined): string | undefined {
  if (!isTable(headers)) return undefined;
  for (const values of asMap(headers).values()) {
    const list = elementsOf(values);
    if (list.length === 0) return `${PREFIX} --> 1:2\n  |\n1 | ()\n  |  ^---\n  |\n  = expected term`;
    for (const value of list) {
      if (typeof value !== 'string' || !value.startsWith('~*')) continue;
      const problem = rustRegexProblem(value.slice(2).toLowerCase());
      if (problem !== undefined) return `${PREFIX}regex parse error: ${problem}`;
    }
  }
  return undefined;
}
