// What may be seen of a value when its line is shown to people: by Kong's schema where it marks secrets, and by the field's
// name where it does not. A value at a place that no schema knows is never seen: a misspelt `pasword` holds a password.
import { recordFieldsOf } from './kong-schema.js';
import type { KongField } from './kong-schema.js';

/** A list is seen as its items are. */
export type Sight =
  /** Not to be seen, nor anything below. */
  | 'hidden'
  /** A text, a number or a reference that may be seen. */
  | 'plain'
  /** A record: what is none of its fields is hidden. */
  | { readonly fields: Readonly<Record<string, Sight>> }
  /** A map with keys of the user's. */
  | { readonly values: Sight };

/** Whether a field's name says that it holds secrets, whatever the schema says. */
type Judge = (name: string) => boolean;

/** Fields of plugins that Kong does not mark, and that hold passwords, keys, or texts and code that may hold them. */
const MAY_HOLD_SECRETS =
  /pass|secret|token|credential|private|_by_lua$|^(?:account_key|add|append|replace|body|content|prompt|resource_attributes|template|value)$/;
/** Maps of header names to what is sent. */
const HEADERS = 'headers';
/** These are configured with code. */
const CODE_PLUGINS: readonly string[] = ['pre-function', 'post-function'];

/** @param name the field's */
export function sightOf(field: KongField, name: string, isSecret: Judge = () => false): Sight {
  if (field.encrypted === true || field.referenceable === true) return 'hidden';
  switch (field.type) {
    case 'integer':
    case 'number':
    case 'boolean':
      return 'plain';
    case 'foreign':
      return 'plain';
    case 'any':
    case 'json':
      return 'hidden';
    default:
      return isSecret(name) && field.one_of === undefined ? 'hidden' : openSight(field, name, isSecret);
  }
}

function openSight(field: KongField, name: string, isSecret: Judge): Sight {
  const { elements, values } = field;
  switch (field.type) {
    case 'record': {
      const seen = Array.from(recordFieldsOf(field), ([key, inner]): [string, Sight] => [
        key,
        sightOf(inner, key, isSecret),
      ]);
      return { fields: Object.fromEntries(seen) };
    }
    case 'map':
      return {
        values: name === HEADERS || values === undefined ? 'hidden' : sightOf(values, name, isSecret),
      };
    case 'array':
    case 'set':
      return elements === undefined ? 'hidden' : sightOf(elements, name, isSecret);
    default:
      return 'plain';
  }
}

/** Of a plugin's `config`. Shorthand fields are none of a record's: what is written there is hidden. */
export function pluginSight(plugin: string, config: KongField): Sight {
  if (CODE_PLUGINS.includes(plugin)) return 'hidden';
  return sightOf(config, 'config', (name) => MAY_HOLD_SECRETS.test(name));
}
