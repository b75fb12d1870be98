import { asMap, elementsOf, isNonEmpty, isTable, type Table, type Value } from '../../lua/value.js';
import { rustRegexProblem } from './regex.js';

const PREFIX = 'Router Expression failed validation: ';
const MATCHED = ['snis', 'sources', 'destinations', 'methods', 'hosts', 'paths', 'headers'];
const STREAM = new Set<Value>(['tcp', 'udp', 'tls', 'tls_passthrough']);

/**
 * What the expression router says of the expression Kong makes from a route's fields (router flavor
 * `traditional_compatible`): regular expressions must suit a second engine, and a header needs values.
 */
export function routeExpression(route: Table): string | undefined {
  if (!MATCHED.some((name) => isNonEmpty(route.get(name)))) return undefined;
  const [first] = elementsOf(route.get('protocols'));
  if (first !== undefined && STREAM.has(first)) return undefined;
  for (const path of elementsOf(route.get('paths'))) {
    if (typeof path !== 'string' || !path.startsWith('~')) continue;
    const problem = rustRegexProblem(`^${path.slice(1).replaceAll('?<', '?P<')}`);
    if (problem !== undefined) return `${PREFIX}regex parse error: ${problem}`;
  }
  return headersProblem(route.get('headers'));
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
