// A configuration as people may read it: what may be secret is ***. In doubt, it is.
import { dump } from 'js-yaml';
import { HIDDEN, hideSecrets } from './diff/secret.js';
import { entityShape } from './diff/entity-fields.js';
import type { Entity } from './document/entity.js';
import type { ValueField } from './diff/value-field.js';
import { setOwn } from './parse/set-own.js';
import { prepare, readDocument } from './prepare.js';
import { BUNDLED_PLUGINS } from './schema/plugin-model.js';
import type { Plugins } from './schema/plugin-model.js';

/**
 * The configuration of a revision as YAML, secrets redacted; for people, not to be pushed.
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
  return dump(config, { noRefs: true, lineWidth: -1 });
}

/** Its own fields; what is nested in it is an entity of its own. */
function redacted(entity: Entity): Record<string, unknown> {
  const { model, value } = entity;
  const { record, workedOut } = entityShape(entity);
  const shown: Record<string, unknown> = {};
  for (const [name, content] of Object.entries(value)) {
    if (model.children.has(name)) continue;
    const isPlain = name === 'id' || workedOut.includes(name) || model.references.has(name);
    setOwn(shown, name, isPlain ? content : hidden(fieldOf(record, name), name, content));
  }
  return shown;
}

/** A shorthand that stands in no schema: `url` of services, a text like others. */
function fieldOf({ fields = {} }: ValueField, name: string): ValueField | undefined {
  if (Object.hasOwn(fields, name)) return fields[name];
  return name === 'url' ? { type: 'string' } : undefined;
}

const hidden = (field: ValueField | undefined, name: string, content: unknown): unknown =>
  field === undefined ? HIDDEN : hideSecrets(field, content, name);
