// A configuration as people may read it, and as nobody can push it by mistake.
import { dump } from 'js-yaml';
import { entityShape } from './diff/entity-fields.js';
import type { Entity } from './document/entity.js';
import type { ValueField } from './diff/value-field.js';
import { withoutSecrets } from './dump/secrets.js';
import { prepare, readDocument } from './prepare.js';
import { BUNDLED_PLUGINS } from './schema/plugin-model.js';
import type { Plugins } from './schema/plugin-model.js';

/**
 * The configuration of a revision as YAML, in its own order; `REDACTED` stands for what is secret, and for what may be.
 *
 * @param bytes of a sealed revision
 * @param plugins beside the bundled ones; the config of those that nobody knows is hidden whole
 */
export function redactedYaml(bytes: Uint8Array, plugins: Plugins = new Map()): string {
  const known = new Map([...BUNDLED_PLUGINS, ...plugins]);
  const { entities, transform } = prepare(
    readDocument(bytes, { deck: false, env: {} }),
    undefined,
    known,
    undefined,
  );
  const config: Record<string, unknown> = {
    _format_version: '3.0',
    ...(!transform && { _transform: false }),
  };
  const shown = new Map<Entity | undefined, Record<string, unknown>>([[undefined, config]]);
  for (const entity of entities) {
    const own = redacted(entity);
    shown.set(entity, own);
    // Parents come before what is nested in them.
    const home = shown.get(entity.parent) ?? config;
    const { type } = entity.model;
    const siblings = home[type];
    if (Array.isArray(siblings)) siblings.push(own);
    else home[type] = [own];
  }
  return `# For reading: without its secrets it is refused wherever it might be pushed.\n${dump(config, { noRefs: true, lineWidth: -1 })}`;
}

/** Its own fields; what is nested in it is an entity of its own. */
function redacted(entity: Entity): Record<string, unknown> {
  const { model, value } = entity;
  const { record, workedOut } = entityShape(entity);
  // A shorthand of services that stands in no schema: a text like others.
  const shape: ValueField = { ...record, fields: { url: { type: 'string' }, ...record.fields } };
  const plain = new Set(['id', ...workedOut, ...model.references.keys()]);
  const own = Object.entries(value).filter(([name]) => !model.children.has(name));
  return {
    ...Object.fromEntries(own.filter(([name]) => plain.has(name))),
    ...withoutSecrets(shape, Object.fromEntries(own.filter(([name]) => !plain.has(name)))),
  };
}
