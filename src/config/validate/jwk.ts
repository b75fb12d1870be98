// JSON Web Keys as Kong 3.9 takes them in `keys` (kong/db/schema/entities/keys.lua, kong/db/schema/others/jwk.lua).
import { isDict, own } from '../document/dict.js';
import { readJwk } from '../syntax/pem.js';

const TEXTS = new Set(
  'issuer kty use alg kid x5u x5t x5t#S256 k x y crv n e d p q dp dq qi oth r t'.split(' '),
);
const LISTS = new Set(['key_ops', 'x5c']);

/** @param kid of the entity, which the key must carry, too */
export function jwkFault(text: string, kid: unknown): string | undefined {
  let jwk: unknown;
  try {
    jwk = JSON.parse(text);
  } catch {
    return 'is not JSON';
  }
  if (!isDict(jwk)) return 'must be a JSON object';
  if (own(jwk, 'kid') === undefined || own(jwk, 'kid') !== kid) return 'must have the same kid as the key';
  if (!readJwk(jwk)) return 'is no JSON Web Key of a kind that Kong knows';
  const bad = Object.entries(jwk).find(([name, value]) => value !== null && !isSoundMember(name, value));
  return bad === undefined ? undefined : 'has a member that Kong does not know, or that is no text';
}

function isSoundMember(name: string, value: unknown): boolean {
  if (LISTS.has(name))
    return Array.isArray(value) && value.every((item) => typeof item === 'string' && item !== '');
  return TEXTS.has(name) && typeof value === 'string' && value !== '';
}
