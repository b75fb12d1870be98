// Secrets that stand in a text though Kong would take them from a vault. One word for a whole text: where there is one, there
// are often hundreds.
import { isDict, own } from '../../document/dict.js';
import { nameOf, pathOf } from '../../document/entity.js';
import type { Entity } from '../../document/entity.js';
import type { Problem } from '../../document/problem.js';
import { shownKey } from '../../document/shown-key.js';
import type { Path } from '../../parse/result.js';
import type { Fields } from '../../schema/kong-schema.js';
import { isVaultReference } from '../vault-reference.js';
import { isSecretValue, vaultableSecrets } from './secret-fields.js';
import type { FieldPath } from './secret-fields.js';

const MAX_LISTED = 5;

/**
 * @param isPlain whether a text stands in the source as it is; what came from the environment does not
 * @returns one warning at the first secret, with the number of each kind
 */
export function plainSecretProblem(
  entities: readonly Entity[],
  isPlain: (text: string) => boolean,
): Problem | undefined {
  const counts = new Map<string, number>();
  let first: { entity: Entity; path: Path } | undefined;
  let total = 0;
  for (const entity of entities) {
    for (const path of plainSecrets(entity, isPlain)) {
      const kind = kindOf(entity, path);
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
      total += 1;
      first ??= { entity, path };
    }
  }
  if (first === undefined) return undefined;
  const kinds = Array.from(counts, ([kind, count]) => (counts.size === 1 ? kind : `${kind} (${count})`));
  const listed = kinds.length > MAX_LISTED ? [...kinds.slice(0, MAX_LISTED), '…'] : kinds;
  const subject = total === 1 ? 'a secret stands' : `${total} secrets stand`;
  return {
    severity: 'warning',
    code: 'plain-secret',
    message: `${subject} here as plain text: ${listed.join(', ')}`,
    hint: 'write {vault://env/my-secret}, and Kong reads it from MY_SECRET in its environment; or use another of its vaults',
    path: [...pathOf(first.entity), ...first.path],
    entity: nameOf(first.entity),
  };
}

const known = new WeakMap<Fields, FieldPath[]>();

function secretsOf({ model, plugin }: Entity): readonly FieldPath[] {
  if (model.type === 'plugins' && plugin === undefined) return [];
  const fields = plugin?.fields ?? model.fields;
  let secrets = known.get(fields);
  if (secrets === undefined) {
    secrets = vaultableSecrets(fields);
    known.set(fields, secrets);
  }
  return secrets;
}

function* plainSecrets(entity: Entity, isPlain: (text: string) => boolean): Iterable<Path> {
  for (const fields of secretsOf(entity)) {
    for (const [path, text] of textsAt(entity.value, fields)) {
      if (isWritten(text) && isSecretValue(fields, String(path.at(-1)), text) && isPlain(text)) yield path;
    }
  }
}

/** Neither a reference to a vault, nor a placeholder of decK's; where nobody replaces that, there is a hold of its own. */
const isWritten = (text: string): boolean => text !== '' && !isVaultReference(text) && !text.includes('${{');

function* textsAt(value: unknown, fields: FieldPath, path: Path = []): Iterable<[Path, string]> {
  const [field, ...rest] = fields;
  if (field === undefined) {
    if (typeof value === 'string') yield [path, value];
  } else if (field !== '*') {
    if (isDict(value)) yield* textsAt(own(value, field), rest, [...path, field]);
  } else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) yield* textsAt(item, rest, [...path, index]);
  } else if (isDict(value)) {
    for (const [key, item] of Object.entries(value)) yield* textsAt(item, rest, [...path, key]);
  }
}

/** `key of certificates`, `config.redis.password of rate-limiting`: never a value. */
function kindOf({ model, plugin }: Entity, path: Path): string {
  const field = path.map((step) => (typeof step === 'number' ? '*' : shownKey(step))).join('.');
  return `${field} of ${plugin?.name ?? model.type}`;
}
