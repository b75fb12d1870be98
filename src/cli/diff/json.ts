// A diff for programs. The shape is a promise (docs/diff.md): what is here stays; more may come.
import type { ConfigDiff } from '../../config/diff/diff.js';
import type { FieldChange } from '../../config/diff/compare.js';
import { formatPath } from '../../config/document/problem.js';
import { countChanges } from './shown.js';

/** Changes when a program that reads the answer would have to change. */
const VERSION = 1;

/** Everything, however much it is. */
export function diffJson({ settings, entities, unchanged }: ConfigDiff): string {
  const answer = {
    version: VERSION,
    different: settings.length + entities.length > 0,
    summary: { ...countChanges(entities), unchanged },
    settings: settings.map(fieldOf),
    entities: entities.map(({ fields, ...entity }) => ({ ...entity, fields: fields.map(fieldOf) })),
  };
  return `${JSON.stringify(answer, null, 2)}\n`;
}

function fieldOf({ path, ...change }: FieldChange): object {
  return { path: formatPath(path), ...change };
}
