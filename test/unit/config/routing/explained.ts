import { createCompiler } from '../../../../src/config/compile.js';
import type { FlatEntity } from '../../../../src/config/diff/flat-entity.js';

/** The entities of a configuration that is given as data. */
export function entitiesOf(config: object): readonly FlatEntity[] {
  const compiler = createCompiler({ deck: false, env: {}, allowEmpty: true });
  const text = JSON.stringify({ _format_version: '3.0', ...config });
  const { revision, findings } = compiler.compile([{ file: 'kong.json', text }]);
  const entities = revision === undefined ? undefined : compiler.entities(revision.id);
  if (entities === undefined) throw new Error(JSON.stringify(findings));
  return entities;
}
