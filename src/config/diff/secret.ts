// What of a configuration a diff may show. In doubt: that a value changed, and never the value.
import { isDict } from '../document/dict.js';
import { isSecretName } from '../refusal/mask.js';
import type { ValueField } from './value-field.js';

export const HIDDEN = '***';

/** Names of headers, parameters and tags whose values let somebody in. */
const TELLING =
  /auth|cookie|token|secret|passw|pwd|passphrase|credential|private|signature|session.?id|api.?key|access.?key|^key$/i;

/** Code, and texts written by code: Kong's schemas do not call them secret, but people write keys into them. */
const CODE = /^(?:certificate|rewrite|access|header_filter|body_filter|log|custom_fields_by_lua)$/;

/**
 * Whether a value is secret as a whole.
 * @param field what is known of it: nothing means that it is
 * @param name its key in the mapping that it is in
 */
export function isSecret(field: ValueField | undefined, name: string | number): boolean {
  if (field === undefined || field.secret === true) return true;
  if (field.type === 'json' || (field.type === 'record' && field.fields === undefined)) return true;
  return typeof name === 'string' && (isSecretName(name) || isCode(name, field));
}

const isCode = (name: string, { type }: ValueField): boolean =>
  CODE.test(name) && (type === 'array' || type === 'map');

/** Whether the value of this key in a map is secret, whatever the map is for. */
export function isSecretKey(key: string): boolean {
  return TELLING.test(key) || isSecretName(key);
}

/** The value with its secrets hidden. */
export function hideSecrets(field: ValueField | undefined, value: unknown, name: string | number): unknown {
  if (value === null) return null;
  if (isSecret(field, name)) return HIDDEN;
  if (typeof value === 'string') return hideInText(value);
  if (Array.isArray(value)) return value.map((item, index) => hideSecrets(field?.elements, item, index));
  if (!isDict(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) =>
      field?.type === 'map' && isSecretKey(key)
        ? [key, HIDDEN]
        : [key, hideSecrets(childOf(field, key), item, key)],
    ),
  );
}

/** What is known of the value under a key or an index. */
export function childOf(field: ValueField | undefined, key: string | number): ValueField | undefined {
  if (field?.fields === undefined) return field?.elements;
  return typeof key === 'string' && Object.hasOwn(field.fields, key) ? field.fields[key] : undefined;
}

/** Passwords in URLs, telling parameters of their queries, and the telling ones among texts such as `apikey:abc`. */
function hideInText(text: string): string {
  const [, name] = /^\s*([\w.-]{1,80})\s*[:=]/.exec(text) ?? [];
  if (name !== undefined && !text.includes('://') && TELLING.test(name)) return `${name}:${HIDDEN}`;
  return text
    .replace(/(:\/\/)[^/?#\s]*@/g, `$1${HIDDEN}@`)
    .replace(/([?&])([^=&#\s]{1,80})=([^&#\s]*)/g, (pair, mark: string, key: string) =>
      isSecretKey(key) ? `${mark}${key}=${HIDDEN}` : pair,
    );
}
