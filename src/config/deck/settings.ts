// What decK's top-level keys say for all documents together: decK merges its files before it applies any of this.
import { isDict, own } from '../document/dict.js';
import type { Dict } from '../document/dict.js';
import type { Problem } from '../document/problem.js';
import type { Path } from '../parse/result.js';
import { canonicalJson } from '../seal/canonical-json.js';

export interface DeckSettings {
  /** By decK's word for the entity: service, route, upstream, target. */
  readonly defaults: Readonly<Record<string, Dict>>;
  readonly selectTags: readonly string[];
  readonly pluginConfigs: Readonly<Record<string, Dict>>;
}

export const NO_SETTINGS: DeckSettings = { defaults: {}, selectTags: [], pluginConfigs: {} };

/** decK's defaults know these entities. */
export const DEFAULTED: Readonly<Record<string, string>> = {
  services: 'service',
  routes: 'route',
  upstreams: 'upstream',
  targets: 'target',
};

function error(message: string, path: Path, hint?: string): Problem {
  return { severity: 'error', code: 'deck', message, path, part: 'key', ...(hint !== undefined && { hint }) };
}

/** Reads the settings of one document. */
export function readDeckSettings(config: Dict): { settings: DeckSettings; problems: Problem[] } {
  const problems: Problem[] = [];
  const info = dictAt(config, ['_info'], problems);
  const defaults = dictsIn(dictAt(info, ['_info', 'defaults'], problems), ['_info', 'defaults'], problems);
  const pluginConfigs = dictsIn(dictAt(config, ['_plugin_configs'], problems), ['_plugin_configs'], problems);
  problems.push(...unsupported(config, info, defaults));
  return { settings: { defaults, selectTags: tagsIn(info, problems), pluginConfigs }, problems };
}

/** The mapping at the last key of the path; none is an empty one. */
function dictAt(owner: Dict, path: Path, problems: Problem[]): Dict {
  const value = own(owner, String(path.at(-1))) ?? {};
  if (isDict(value)) return value;
  problems.push(error(`${path.join('.')} must be a mapping`, path));
  return {};
}

function dictsIn(owner: Dict, path: Path, problems: Problem[]): Record<string, Dict> {
  return Object.fromEntries(Object.keys(owner).map((key) => [key, dictAt(owner, [...path, key], problems)]));
}

function tagsIn(info: Dict, problems: Problem[]): string[] {
  const tags = own(info, 'select_tags') ?? [];
  if (Array.isArray(tags) && tags.every((tag) => typeof tag === 'string')) return tags;
  problems.push(error('_info.select_tags must be a list of texts', ['_info', 'select_tags']));
  return [];
}

/** What cannot be honoured is refused: left out in silence, it would change what the config means. */
function unsupported(config: Dict, info: Dict, defaults: Dict): Problem[] {
  const problems: Problem[] = [];
  const workspace = own(config, '_workspace') ?? 'default';
  if (workspace !== 'default') {
    problems.push(error("a DB-less Kong has the workspace 'default' only", ['_workspace']));
  }
  if (own(config, '_konnect') !== undefined) {
    problems.push(error('_konnect is for Konnect, not for gateways of your own', ['_konnect'], 'remove it'));
  }
  if ((own(info, 'default_lookup_tags') ?? null) !== null) {
    const message = '_info.default_lookup_tags is for entities that Kong has in a database';
    problems.push(error(message, ['_info', 'default_lookup_tags']));
  }
  if (own(info, 'skip_hash_for_basic_auth') === true) {
    const hint = 'set _transform: false at the top instead';
    problems.push(
      error('_info.skip_hash_for_basic_auth is not supported', ['_info', 'skip_hash_for_basic_auth'], hint),
    );
  }
  const known = Object.values(DEFAULTED);
  for (const key of Object.keys(defaults).filter((name) => !known.includes(name))) {
    problems.push(error(`_info.defaults knows ${known.join(', ')} only`, ['_info', 'defaults', key]));
  }
  return problems;
}

/** The settings of several documents; what two of them say differently is reported with the later one's index. */
export function mergeDeckSettings(all: readonly DeckSettings[]): {
  settings: DeckSettings;
  conflicts: { index: number; problem: Problem }[];
} {
  const conflicts: { index: number; problem: Problem }[] = [];
  const unite = (
    pick: (settings: DeckSettings) => Readonly<Record<string, Dict>>,
    path: Path,
  ): Record<string, Dict> => {
    const united: Record<string, Dict> = {};
    all.forEach((settings, index) => {
      for (const [key, value] of Object.entries(pick(settings))) {
        const first = own(united, key);
        if (first === undefined) Object.defineProperty(united, key, { value, enumerable: true });
        else if (canonicalJson(first) !== canonicalJson(value)) {
          conflicts.push({ index, problem: error('another document says this differently', [...path, key]) });
        }
      }
    });
    return united;
  };
  const settings = {
    defaults: unite((one) => one.defaults, ['_info', 'defaults']),
    pluginConfigs: unite((one) => one.pluginConfigs, ['_plugin_configs']),
    selectTags: [...new Set(all.flatMap(({ selectTags }) => selectTags))].sort(),
  };
  return { settings, conflicts };
}
