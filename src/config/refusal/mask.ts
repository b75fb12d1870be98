// Kong's messages quote what they complain about. What may be a secret is taken out before anybody sees a message.
import { isDict, own } from '../document/dict.js';
import type { Entity } from '../document/entity.js';
import { MODELS } from '../schema/model.js';

const MASK = '***';
/** Messages of Kong's that quote nothing. */
const QUOTES_NOTHING =
  /^(?:expected |required field|unknown field|value (?:should|must)|length must|missing primary key)/;
const SECRET_FIELDS =
  /^(?:access_token|challenge|client_id|client_secret|code|data|key|key_alt|password|private_key|refresh_token|secret|session_id|value)$/;

/** A message about a known entity: its secrets are hidden, the rest stays as Kong says it. */
export function maskForEntity(message: string, entity: Entity): string {
  if (QUOTES_NOTHING.test(message)) return message;
  const secrets = secretsOf(entity).filter((secret) => secret.length > 2);
  secrets.sort((one, other) => other.length - one.length);
  return secrets.reduce((masked, secret) => masked.replaceAll(secret, MASK), message);
}

/** A message about nobody knows what: all that may be a value is hidden. */
export function maskBlindly(message: string): string {
  return message
    .replace(/'((?:[^'\\]|\\.)*)'/g, (quoted, word: string) => (VOCABULARY.has(word) ? quoted : `'${MASK}'`))
    .replace(
      /((?:invalid [\w ]+|not an ip address|invalid value|too large)): (?!['{])[^"\n]*/g,
      `$1: ${MASK}`,
    );
}

/** Words of Kong's own that it quotes. */
const VOCABULARY: ReadonlySet<string> = new Set(
  Array.from(MODELS.values()).flatMap(({ type, fields }) => [type, ...fields.keys()]),
);

export function isSecretField(entity: Pick<Entity, 'model'>, field: string): boolean {
  const { encrypted, referenceable } = entity.model.fields.get(field) ?? {};
  return encrypted === true || referenceable === true || isSecretName(field);
}

/** Whether fields of this name hold secrets, whatever their schema says. */
export function isSecretName(field: string): boolean {
  return SECRET_FIELDS.test(field);
}

/** Every text of an entity that may be a secret: of a plugin's config, all; of other fields, the passwords in URLs. */
function secretsOf(entity: Entity): string[] {
  return Object.keys(entity.value).flatMap((field) => {
    const whole = isSecretField(entity, field) || (field === 'config' && entity.model.type !== 'workspaces');
    const value = own(entity.value, field);
    const texts = textsIn(value);
    return [...(whole || isDict(value) ? texts : []), ...texts.flatMap(passwordsIn)];
  });
}

/** What stands between the colon and the `@` of `scheme://user:password@host`, as written and as Kong may decode it. */
function passwordsIn(text: string): string[] {
  const [, password = ''] = /\/\/[^/?#@:]*:([^/?#]*)@/.exec(text) ?? [];
  try {
    return [password, decodeURIComponent(password)];
  } catch {
    return [password];
  }
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
