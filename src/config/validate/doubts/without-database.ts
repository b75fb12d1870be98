// Plugins and settings of theirs that need a database, or gateways that know of each other, and have neither. What Kong itself
// refuses without a database (`policy: cluster`, acme's `storage: kong`) is an error of the field.
import { isDict, own } from '../../document/dict.js';
import type { Dict } from '../../document/dict.js';
import type { Doubt } from './doubt.js';

type Said = Omit<Doubt, 'severity'>;

const PLUGINS: Readonly<Record<string, (config: Dict) => Said | undefined>> = {
  oauth2: () => ({
    code: 'needs-database',
    message: 'it writes its tokens into a database, and there is none: every request for a token will fail',
    hint: 'use jwt with the tokens of an identity provider',
    path: ['name'],
  }),
  session: (config) =>
    own(config, 'storage') === 'kong'
      ? {
          code: 'needs-database',
          message: 'config.storage is kong: sessions are written into a database, and there is none',
          hint: 'write storage: cookie',
          path: ['config', 'storage'],
        }
      : undefined,
  acme: (config) =>
    own(config, 'storage') === undefined || own(config, 'storage') === 'shm'
      ? {
          code: 'per-gateway-storage',
          message:
            'config.storage is shm: every gateway keeps the certificates to itself, and forgets them when it restarts',
          hint: 'use the storage redis, consul or vault, which all gateways share',
          path: ['config', 'storage'],
        }
      : undefined,
};

/** Plugins that are switched off do nobody harm. */
export function withoutDatabaseDoubts(plugin: Dict): Doubt[] {
  const name = own(plugin, 'name');
  if (typeof name !== 'string' || own(plugin, 'enabled') === false) return [];
  const config = own(plugin, 'config');
  const written = isDict(config) ? config : {};
  const said = Object.hasOwn(PLUGINS, name) ? PLUGINS[name]?.(written) : clusterStrategy(name, written);
  return said === undefined ? [] : [{ severity: 'warning', ...said }];
}

/** The family of Kong Enterprise that counts or caches in common: rate-limiting-advanced and its kin. */
function clusterStrategy(name: string, config: Dict): Said | undefined {
  if (!name.endsWith('-advanced') || own(config, 'strategy') !== 'cluster') return undefined;
  return {
    code: 'needs-database',
    message: 'config.strategy is cluster: it counts in a database, and there is none',
    hint: 'use the strategy redis or local',
    path: ['config', 'strategy'],
  };
}
