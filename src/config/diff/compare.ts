// Two normal forms, field by field.
import { isDict } from '../document/dict.js';
import type { Path } from '../parse/result.js';
import { canonicalJson } from '../seal/canonical-json.js';
import { childOf, hideSecrets, isSecret, isSecretKey } from './secret.js';
import type { ValueField } from './value-field.js';

/** One field that differs. */
export interface FieldChange {
  /** From the entity, e.g. `['config', 'limits', 'sms', 'minute']`. */
  readonly path: Path;
  /** Null where there is no value. Absent where the value is secret. */
  readonly old?: unknown;
  readonly new?: unknown;
  readonly secret?: true;
}

/** @param field the record that both are */
export function compareFields(field: ValueField, old: unknown, now: unknown): FieldChange[] {
  const changes: FieldChange[] = [];
  const visit = (
    what: ValueField | undefined,
    one: unknown,
    other: unknown,
    path: Path,
    secret: boolean,
  ): void => {
    if (one === other) return;
    if (isDict(one) && isDict(other)) {
      const visitKey = (key: string): void => {
        const [before, after] = [at(one, key), at(other, key)];
        // Most are the same, and need nothing.
        if (before === after) return;
        const child = childOf(what, key);
        const hidden = secret || isSecret(child, key) || (what?.type === 'map' && isSecretKey(key));
        visit(child, before, after, [...path, key], hidden);
      };
      for (const key of Object.keys(one)) visitKey(key);
      for (const key of Object.keys(other)) if (!Object.hasOwn(one, key)) visitKey(key);
    } else if (Array.isArray(one) && Array.isArray(other) && isByIndex(what, one, other)) {
      one.forEach((item: unknown, index) => {
        const child = what?.elements;
        visit(child, item, other[index], [...path, index], secret || isSecret(child, index));
      });
    } else if (canonicalJson(one) !== canonicalJson(other))
      changes.push(changeOf(what, one, other, path, secret));
  };
  visit(field, old, now, [], false);
  return changes;
}

const at = (dict: Readonly<Record<string, unknown>>, key: string): unknown =>
  Object.hasOwn(dict, key) ? (dict[key] ?? null) : null;

/** Lists of mappings, as long as before: what changed is inside of one of them. */
function isByIndex(field: ValueField | undefined, one: unknown[], other: unknown[]): boolean {
  return (
    field?.type !== 'set' &&
    one.length === other.length &&
    one.every((item, index) => isDict(item) && isDict(other[index]))
  );
}

function changeOf(
  field: ValueField | undefined,
  one: unknown,
  other: unknown,
  path: Path,
  secret: boolean,
): FieldChange {
  if (secret) return { path, secret: true };
  const name = path.at(-1) ?? '';
  const [old, now] = [hideSecrets(field, one, name), hideSecrets(field, other, name)];
  // Only what is hidden differs: two equal values would not say so.
  return canonicalJson(old) === canonicalJson(now) ? { path, secret: true } : { path, old, new: now };
}
