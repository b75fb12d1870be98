// Which fields hold secrets that Kong would also take from a vault.
import { fieldsOf, recordFieldsOf } from '../../schema/kong-schema.js';
import type { Fields, KongField } from '../../schema/kong-schema.js';

/** Names of fields from a record inwards; `*` stands for every item of a list and every value of a mapping. */
export type FieldPath = readonly string[];

/**
 * Kong marks more as `referenceable` than secrets (hosts, user names, header names, public keys), and does not mark every
 * secret as `encrypted`: its marks and the field's name decide together.
 */
export function vaultableSecrets(fields: Fields): FieldPath[] {
  return Array.from(fields).flatMap(([name, field]) => within(field, name, [name]));
}

function within(field: KongField, name: string, path: FieldPath): FieldPath[] {
  if (field.type === 'record')
    return [...vaultableSecrets(recordFieldsOf(field)), ...shorthands(field)].map((inner) => [
      ...path,
      ...inner,
    ]);
  if (field.values !== undefined) return field.values.referenceable === true ? [[...path, '*']] : [];
  if (field.elements !== undefined) return within(field.elements, name, [...path, '*']);
  return isVaultableSecret(field, name) ? [path] : [];
}

/** Old names of fields that hold secrets: `redis_password`. */
function shorthands(record: KongField): FieldPath[] {
  const secrets = new Set(vaultableSecrets(recordFieldsOf(record)).map((path) => path.join('.')));
  return Array.from(fieldsOf({ fields: record.shorthand_fields ?? [] }))
    .filter(([, { deprecation }]) => secrets.has(deprecation?.replaced_with?.[0]?.path.join('.') ?? ''))
    .map(([name]) => [name]);
}

const SECRET_NAME = /(?:^|_)(?:password|passwd|secret|token|private_key|account_json)$/;
/** Who somebody is, rather than what lets them in. */
const NO_SECRET = /(?:_email|_arn|_kid|_key_id|client_?id|username|_name)$/;

function isVaultableSecret({ referenceable, encrypted, type }: KongField, name: string): boolean {
  if (referenceable !== true || type !== 'string') return false;
  return SECRET_NAME.test(name) || (encrypted === true && !NO_SECRET.test(name));
}

const SECRET_KEY = /authorization|cookie|key|password|secret|token/i;
const CREDENTIALS_IN_URL = /^[^/?#]*:\/\/[^/?#]*:[^/?#]*@/;
const PRIVATE_JWK = /"(?:d|k)"\s*:/;

/**
 * Whether this very value is a secret, where that depends on it: a header, a URL, a JSON Web Key.
 * @param path of the field, from `vaultableSecrets`
 * @param step its own name, or its key in a mapping
 */
export function isSecretValue(path: FieldPath, step: string, text: string): boolean {
  const name = path.at(-1) ?? '';
  if (name === '*') return path.at(-2) !== 'headers' || SECRET_KEY.test(step);
  if (name === 'jwk') return PRIVATE_JWK.test(text);
  return !/_(?:endpoint|url)$/.test(name) || CREDENTIALS_IN_URL.test(text);
}
