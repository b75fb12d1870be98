// A diff for programs. The shape is a promise (docs/diff.md): what is here stays; more may come.
import { formatPath } from '../document/problem.js';
import type { FieldChange } from './compare.js';
import type { ConfigDiff, EntityChange } from './diff.js';

/** Changes when a program that reads the answer would have to change. */
const VERSION = 1;

/** Everything, however much it is. */
export function diffJson({ settings, entities, unchanged }: ConfigDiff): string {
  const count = (kind: EntityChange['change']): number =>
    entities.filter(({ change }) => change === kind).length;
  const answer = {
    version: VERSION,
    different: settings.length + entities.length > 0,
    summary: { added: count('added'), removed: count('removed'), changed: count('changed'), unchanged },
    settings: settings.map(fieldOf),
    entities: entities.map(({ fields, ...entity }) => ({ ...entity, fields: fields.map(fieldOf) })),
  };
  return `${JSON.stringify(answer, null, 2)}\n`;
}

function fieldOf({ path, ...change }: FieldChange): object {
  return { path: formatPath(path), ...change };
}
