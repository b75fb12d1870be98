// Passwords of basic-auth: with `_transform` (the default) Kong keeps the SHA-1 of the password and the consumer's id after it
// (kong/plugins/basic-auth/crypto.lua, Kong 3.9); without, what is written is that already.
import { hash } from 'node:crypto';
import { own } from '../document/dict.js';
import type { Dict } from '../document/dict.js';
import type { FlatEntity, Side } from './flat-entity.js';

/**
 * The fields of a pair, with the passwords such that equal ones let the same in. Two gateways that made up two ids for one
 * consumer show two hashes of which nobody can tell whether they are of one password: these are left out.
 */
export function comparableFields(
  one: FlatEntity,
  other: FlatEntity,
  old: Side,
  now: Side,
): readonly [Dict, Dict] {
  const [oldHashes, newHashes] = [old.merged.transform, now.merged.transform];
  if (one.entity.model.type !== 'basicauth_credentials' || (oldHashes && newHashes))
    return [one.fields, other.fields];
  // What is still to be hashed is compared as the other was: Kong will do the same with an id that it makes up.
  const [oldSalt, newSalt] = [saltOf(oldHashes ? other : one), saltOf(newHashes ? one : other)];
  if (old.live && now.live && oldSalt !== newSalt) return [without(one), without(other)];
  return [withPassword(one, oldHashes, oldSalt), withPassword(other, newHashes, newSalt)];
}

const saltOf = ({ references }: FlatEntity): string => references.get('consumer')?.id ?? '';

const without = ({ fields }: FlatEntity): Dict => ({ ...fields, password: null });

/** The salt stays beside the hash: with another consumer's id, the same hash lets nobody in. */
function withPassword({ fields }: FlatEntity, hashes: boolean, salt: string): Dict {
  const password = own(fields, 'password');
  if (typeof password !== 'string') return fields;
  return { ...fields, password: `${hashes ? hash('sha1', password + salt) : password}\n${salt}` };
}
