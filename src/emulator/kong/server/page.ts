import { elementsOf, type Key, type Table, type Value } from '../lua/value.js';
import type { Entity } from '../schema/catalog.js';
import { json, jsonText, unexpected, type Answer } from './answer.js';
import type { Gateway } from './gateway.js';
import type { GatewayRequest } from './request.js';

const PAGE_SIZE = 100;
const MAX_PAGE_SIZE = 1000;

/** One page of a list: `size` and `offset` as Kong takes them. `tags` breaks Kong when an entity has none. */
export function page(
  gateway: Gateway,
  entity: Entity,
  request: GatewayRequest,
  all: readonly Table[],
  path: string,
): Answer {
  const sizeText = request.query.get('size');
  const size = sizeText === null ? PAGE_SIZE : Number(sizeText === '' ? Number.NaN : sizeText);
  if (Number.isNaN(size)) return invalidSize('size must be a number');
  if (!Number.isInteger(size)) return invalidSize('size must be an integer between 1 and 1000');
  if (size < 1 || size > MAX_PAGE_SIZE) return invalidSize('size must be an integer between 1 and 1000');
  const store = gateway.store();
  const keyOf = (item: Table): string => store?.lmdbKey(entity, item) ?? '';
  const offset = request.query.get('offset');
  const start = offset === null ? '' : Buffer.from(offset, 'base64').toString('latin1');
  const rest = all.filter((item) => keyOf(item) >= start);
  const items = rest.slice(0, size);
  const wanted = request.query.get('tags');
  const tagged = wanted === null ? items : withTags(items, wanted);
  if (tagged === undefined) return unexpected();
  const last = items.at(-1);
  const body = new Map<Key, Value>([['data', tagged]]);
  if (rest.length > size && last !== undefined) {
    const next = Buffer.from(`${keyOf(last)}\0`, 'latin1')
      .toString('base64')
      .replace(/=+$/, '');
    const more = [
      wanted === null ? '' : `&tags=${encodeURIComponent(wanted)}`,
      sizeText === null ? '' : `&size=${size}`,
    ];
    body.set('offset', next).set('next', `${path}?offset=${encodeURIComponent(next)}${more.join('')}`);
  } else body.set('next', null);
  return json(200, body);
}

/** `a,b` means both, `a/b` either. Nothing when Kong would break. */
function withTags(items: readonly Table[], wanted: string): Table[] | undefined {
  if (items.some((item) => !Array.isArray(item.get('tags')))) return undefined;
  const every = wanted.includes(',') || !wanted.includes('/');
  const names = wanted.split(every ? ',' : '/').filter((name) => name !== '');
  return items.filter((item) => {
    const tags = elementsOf(item.get('tags'));
    return every ? names.every((name) => tags.includes(name)) : names.some((name) => tags.includes(name));
  });
}

function invalidSize(text: string): Answer {
  return jsonText(400, JSON.stringify({ code: 9, name: 'invalid size', message: text }));
}
