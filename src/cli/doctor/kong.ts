// What a Kong says of itself (`GET /`), held against what Silverback needs. Pure. Facts: Kong 3.9.3, kong-dbless 1.1 and 1.2.
import { fieldsOf, isObject, textOf } from '../../kube/object.js';
import type { Fields } from '../../kube/object.js';
import { oneLine } from '../../report/one-line.js';
import type { Wanted } from './wanted.js';
import { resultsOf } from './result.js';
import type { Result } from './result.js';
import { parseSize, sizeText } from './size.js';

const { ok, warn, fail } = resultsOf('gateways');

const MIB = 1024 * 1024;
/** nginx's limits for the Admin API where Kong names none (since 2.7). */
const DEFAULT_BODY = 10 * MIB;
/** Kong keeps the old configuration and the new one at once, each about five times its size in JSON (kong-real-3.9.3, GET /config). */
export const LMDB_FACTOR = 10;

/** @param wanted what is to be pushed, if that is known */
export function checkKong(root: Fields, wanted: Wanted | undefined): Result[] {
  const configuration = fieldsOf(root, 'configuration');
  return [
    checkVersion(root),
    ...checkMode(configuration),
    checkBodyLimits(configuration, wanted),
    ...checkRoom(configuration, wanted),
    ...checkFile(configuration),
    ...checkPlugins(root, wanted),
  ];
}

function checkVersion(root: Fields): Result {
  const version = oneLine(textOf(root, 'version') ?? '').slice(0, 64);
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const number = major * 100 + minor;
  const enterprise = root['edition'] === 'enterprise' || /enterprise/.test(version);
  const fix = 'Silverback is made for Kong 3.4 to 3.9';
  if (Number.isNaN(number) || number < 300)
    return fail('version', `Kong ${version} is too old: it does not know format 3.0`, { fix });
  if (number < 304 || number > 309)
    return warn(
      'version',
      `Kong ${version} is ${number < 304 ? 'older' : 'newer'} than what Silverback was held against`,
      {
        fix: `${fix}; silverback validate --kong-version tells what older ones refuse`,
      },
    );
  if (enterprise)
    return warn(
      'version',
      `Kong ${version}, Enterprise: its own entities and plugins are unknown to the validator`,
      {
        fix: 'pull its schemas of plugins: silverback schema pull, --schema-dir',
      },
    );
  return ok('version', `Kong ${version}`);
}

function checkMode(configuration: Fields): Result[] {
  const database = textOf(configuration, 'database');
  const role = textOf(configuration, 'role') ?? 'traditional';
  const flavor = textOf(configuration, 'router_flavor');
  const results: Result[] = [];
  if (role === 'traditional' && database !== undefined && database !== 'off')
    results.push(
      fail(
        'mode',
        `uses a database (${oneLine(database)}): it is not DB-less, and takes no declarative configuration`,
        {
          fix: 'start Kong with KONG_DATABASE=off',
        },
      ),
    );
  if (role !== 'traditional')
    results.push(
      fail(
        'mode',
        `is the ${oneLine(role).replace('_', ' ')} of a hybrid-mode deployment: its control plane configures it`,
        {
          fix: 'start Kong with KONG_ROLE=traditional, or leave it to its control plane',
        },
      ),
    );
  if (results.length > 0) return results;
  results.push(ok('mode', 'DB-less'));
  if (flavor === 'expressions')
    results.push(
      warn(
        'router',
        'its router_flavor is expressions: routes are validated as the traditional flavours take them',
        {
          fix: 'use KONG_ROUTER_FLAVOR=traditional_compatible unless routes are written as expressions',
        },
      ),
    );
  const { kic } = configuration;
  if (kic === true || kic === 'on')
    results.push(
      warn(
        'managed',
        'was started for a Kong Ingress Controller (KONG_KIC=on): two controllers would overwrite each other',
        {
          fix: "take the ingress controller away first (docs/migrate-from-kic.md); in Kong's chart: ingressController.enabled=false",
        },
      ),
    );
  return results;
}

const BODY_FIX =
  'set KONG_NGINX_ADMIN_CLIENT_MAX_BODY_SIZE and KONG_NGINX_ADMIN_CLIENT_BODY_BUFFER_SIZE to the same value, e.g. 32m, and restart Kong';

/** Raised one without the other, larger bodies go to a file that Kong does not read. */
function checkBodyLimits(configuration: Fields, wanted: Wanted | undefined): Result {
  const given = parseSize(configuration['nginx_admin_client_max_body_size']) ?? DEFAULT_BODY;
  // 0 turns nginx's limit off.
  const max = given === 0 ? Infinity : given;
  const buffer = parseSize(configuration['nginx_admin_client_body_buffer_size']) ?? DEFAULT_BODY;
  const size = wanted?.bytes;
  const [maxText, bufferText] = [max === Infinity ? 'any size' : sizeText(max), sizeText(buffer)];
  const limits = `nginx_admin_client_max_body_size is ${maxText}, nginx_admin_client_body_buffer_size ${bufferText}`;
  if (size !== undefined && size > max)
    return fail(
      'body-size',
      `the configuration (${sizeText(size)}) is larger than what its Admin API takes: ${limits}`,
      { fix: BODY_FIX },
    );
  if (size !== undefined && size > buffer)
    return fail(
      'body-size',
      `the configuration (${sizeText(size)}) is larger than what Kong can read: ${limits}; the first was raised without the second`,
      { fix: BODY_FIX },
    );
  if (max > buffer)
    return warn(
      'body-size',
      `Kong cannot read configurations of more than ${bufferText}, though ${maxText} is let in: ${limits}`,
      { fix: BODY_FIX },
    );
  if (size !== undefined && size > 0.8 * max)
    return warn(
      'body-size',
      `the configuration (${sizeText(size)}) nearly fills what its Admin API takes (${maxText})`,
      { fix: BODY_FIX },
    );
  return ok(
    'body-size',
    max === Infinity ? 'takes configurations of any size' : `takes configurations of up to ${maxText}`,
  );
}

function checkRoom(configuration: Fields, wanted: Wanted | undefined): Result[] {
  const map = parseSize(configuration['lmdb_map_size']);
  if (map === undefined || wanted === undefined) return [];
  const need = wanted.bytes * LMDB_FACTOR;
  if (need <= map) return [ok('lmdb', `LMDB has room (${sizeText(map)})`)];
  return [
    warn(
      'lmdb',
      `its LMDB has room for ${sizeText(map)} (lmdb_map_size), and the old and the new configuration may need ${sizeText(need)}`,
      {
        fix: 'raise KONG_LMDB_MAP_SIZE, and the limit of the volume that holds the prefix',
      },
    ),
  ];
}

function checkFile(configuration: Fields): Result[] {
  const isSet = (name: string): boolean => {
    const value = configuration[name];
    return typeof value === 'string' && value !== '';
  };
  const name = ['declarative_config', 'declarative_config_string'].find(isSet);
  if (name === undefined) return [];
  const path =
    name === 'declarative_config' ? ` (${oneLine(textOf(configuration, name) ?? '').slice(0, 200)})` : '';
  return [
    warn(
      'config-file',
      `has ${name} set${path}: at each restart it serves that, until Silverback pushes again`,
      {
        fix: "unset KONG_DECLARATIVE_CONFIG and KONG_DECLARATIVE_CONFIG_STRING (dblessConfig in Kong's chart); docs/migrate-from-files.md",
      },
    ),
  ];
}

function checkPlugins(root: Fields, wanted: Wanted | undefined): Result[] {
  const available = fieldsOf(fieldsOf(root, 'plugins'), 'available_on_server');
  if (wanted === undefined || !isObject(available) || Object.keys(available).length === 0) return [];
  const missing = wanted.plugins.filter((name) => !Object.hasOwn(available, name));
  if (missing.length === 0) return [];
  return [
    fail(
      'plugins',
      `does not have the plugins that the configuration uses: ${missing.map(oneLine).join(', ').slice(0, 300)}`,
      {
        fix: 'install them, and name them in KONG_PLUGINS (bundled,my-plugin)',
      },
    ),
  ];
}
