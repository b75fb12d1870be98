// Passwords of basic-auth: with `_transform` (the default) Kong keeps the SHA-1 of the password and the consumer's id after it
// (kong/plugins/basic-auth/crypto.lua, Kong 3.9); without, what is written is that already.
import { hash } from 'node:crypto';
import { own } from '../document/dict.js';
import type { Dict } from '../document/dict.js';
import type { FlatEntity } from './flat-entity.js';

/**
 * The fields of a pair, with the passwords such that equal ones let the same in.
 * @param oldTransform whether what is written in `one` is still to be hashed; `newTransform` likewise
 */
export function comparableFields(
  one: FlatEntity,
  other: FlatEntity,
  oldTransform: boolean,
  newTransform: boolean,
): readonly [Dict, Dict] {
  if (one.entity.model.type !== 'basicauth_credentials' || (oldTransform && newTransform))
    return [one.fields, other.fields];
  // What is still to be hashed is hashed as the other was: with an id that Kong made up, it will be another text for the same.
  const [oldSalt, newSalt] = [saltOf(oldTransform ? other : one), saltOf(newTransform ? one : other)];
  return [withPassword(one, oldTransform, oldSalt), withPassword(other, newTransform, newSalt)];
}

const saltOf = ({ references }: FlatEntity): string => references.get('consumer')?.id ?? '';

/** The salt stays beside the hash: with another consumer's id, the same hash lets nobody in. */
function withPassword({ fields }: FlatEntity, transform: boolean, salt: string): Dict {
  const password = own(fields, 'password');
  if (typeof password !== 'string') return fields;
  return { ...fields, password: `${transform ? hash('sha1', password + salt) : password}\n${salt}` };
}
