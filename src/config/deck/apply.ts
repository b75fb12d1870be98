// A decK configuration becomes one that Kong reads.
import { asList, isDict, own } from '../document/dict.js';
import type { Dict } from '../document/dict.js';
import type { Problem } from '../document/problem.js';
import type { Path } from '../parse/result.js';
import { setOwn } from '../parse/set-own.js';
import { MODELS, childModels } from '../schema/model.js';
import type { EntityModel } from '../schema/model.js';
import { nearest } from '../validate/near.js';
import { DEFAULTED } from './settings.js';
import type { DeckSettings } from './settings.js';

const DECK_KEYS = ['_info', '_workspace', '_konnect', '_plugin_configs'];

/** @returns the config without decK's keys, with what they say done to every entity */
export function applyDeck(config: Dict, settings: DeckSettings): { config: Dict; problems: Problem[] } {
  const problems: Problem[] = [];
  const out: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(config)) {
    const model = MODELS.get(key);
    if (model !== undefined) out[key] = applyToList(value, model, settings, [key], problems);
    else if (!DECK_KEYS.includes(key)) setOwn(out, key, value);
  }
  return { config: out, problems };
}

function applyToList(
  list: unknown,
  model: EntityModel,
  settings: DeckSettings,
  path: Path,
  problems: Problem[],
): unknown {
  if (!Array.isArray(list)) return list;
  return list.map((item: unknown, index) =>
    isDict(item) ? applyToEntity(item, model, settings, [...path, index], problems) : item,
  );
}

function applyToEntity(
  entity: Dict,
  model: EntityModel,
  settings: DeckSettings,
  path: Path,
  problems: Problem[],
): Dict {
  let out = withDefaults(entity, model.type, settings);
  if (model.type === 'plugins') out = withPluginConfig(out, settings, path, problems);
  if (settings.selectTags.length > 0 && model.fields.has('tags')) out = withTags(out, settings.selectTags);
  out = withPlainReferences(out, model);
  const lists: Record<string, unknown> = {};
  for (const child of childModels(model)) {
    const list = own(out, child.type);
    if (list !== undefined)
      lists[child.type] = applyToList(list, child, settings, [...path, child.type], problems);
  }
  return { ...out, ...lists };
}

const URL_PARTS = ['protocol', 'host', 'port', 'path'];

/** What is absent or empty is filled in, in nested mappings, too. */
function withDefaults(entity: Dict, type: string, { defaults }: DeckSettings): Dict {
  const kind = DEFAULTED[type];
  const values = kind === undefined ? undefined : own(defaults, kind);
  if (!isDict(values)) return entity;
  // A url says these four; Kong would not even look at them.
  const usable = Object.hasOwn(entity, 'url')
    ? Object.fromEntries(Object.entries(values).filter(([key]) => !URL_PARTS.includes(key)))
    : values;
  return fill(entity, usable, isEmpty);
}

/** `dst` with what `src` has and it lacks. */
function fill(dst: Dict, src: Dict, lacks: (value: unknown) => boolean): Dict {
  const out: Record<string, unknown> = { ...dst };
  for (const [key, value] of Object.entries(src)) {
    const existing = own(dst, key);
    if (lacks(existing)) setOwn(out, key, value);
    else if (isDict(existing) && isDict(value)) setOwn(out, key, fill(existing, value, lacks));
  }
  return out;
}

const isAbsent = (value: unknown): boolean => value === undefined;

function isEmpty(value: unknown): boolean {
  return (
    value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)
  );
}

/** `_config` names one of `_plugin_configs`; the plugin's own config wins. */
function withPluginConfig(
  plugin: Dict,
  { pluginConfigs }: DeckSettings,
  path: Path,
  problems: Problem[],
): Dict {
  if (!Object.hasOwn(plugin, '_config')) return plugin;
  const { _config: name, ...rest } = plugin;
  if (name === null || name === '') return rest;
  const shared = typeof name === 'string' ? own(pluginConfigs, name) : undefined;
  if (isDict(shared)) {
    const config = own(rest, 'config') ?? {};
    return isDict(config) ? { ...rest, config: fill(config, shared, isAbsent) } : rest;
  }
  const meant = typeof name === 'string' ? nearest(name, Object.keys(pluginConfigs)) : undefined;
  problems.push({
    severity: 'error',
    code: 'deck',
    message: '_config names none of the _plugin_configs',
    path: [...path, '_config'],
    ...(meant !== undefined && { hint: `did you mean '${meant}'?` }),
  });
  return rest;
}

function withTags(entity: Dict, tags: readonly string[]): Dict {
  const own_tags = asList(own(entity, 'tags'));
  if (own_tags === undefined) return entity;
  return { ...entity, tags: [...own_tags, ...tags.filter((tag) => !own_tags.includes(tag))] };
}

/** decK lets a reference be `{name: x}`, which Kong does not. */
function withPlainReferences(entity: Dict, model: EntityModel): Dict {
  let out = entity;
  for (const [field, type] of model.references) {
    const value = own(entity, field);
    const name = MODELS.get(type)?.uniqueName;
    if (!isDict(value) || name === undefined || Object.hasOwn(value, 'id')) continue;
    const named = own(value, name);
    if (typeof named === 'string') out = { ...out, [field]: named };
  }
  return out;
}
