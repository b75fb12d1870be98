// The sources: whether they are there and can be read, and whether what they hold would be accepted.
import { createCompiler } from '../../config/compile.js';
import type { Compilation, SourceText } from '../../config/compile.js';
import type { Revision } from '../../config/revision.js';
import { shortId } from '../../config/revision.js';
import type { Plugins } from '../../config/schema/plugin-model.js';
import type { Cluster } from '../../controller/cluster.js';
import { CONFIG_MAPS, SECRETS } from '../../kube/client/resource.js';
import { KubeError } from '../../kube/kube-error.js';
import { fieldsOf, keyOf, parseMeta } from '../../kube/object.js';
import { gravest, plural } from '../../report/line.js';
import { oneLine } from '../../report/one-line.js';
import type { Values } from '../../settings/read.js';
import { objectKind, sourceOf } from '../../sources/objects.js';
import type { ObjectKind } from '../../sources/objects.js';
import { readPath } from '../../sources/read-path.js';
import { loadSchemaDir, schemaProblemLine } from '../../sources/schema-dir.js';
import { sizeText } from './size.js';
import { resultsOf } from './result.js';
import type { Result } from './result.js';
import { configNamespaces } from './rights.js';

const { ok, warn, fail, skipped } = resultsOf('sources');

/** What a ConfigMap or a Secret may hold (Kubernetes' `MaxSecretSize`; etcd takes little more). */
const OBJECT_LIMIT = 1024 * 1024;
/** From here on it is worth a word. */
const NEARLY = 0.8;
/** A load takes a real Kong 3.9.3 about this long (kong-real-3.9.3, timings). */
const LOAD_MS_PER_BYTE = 1_600 / 1_000_000;

export interface CheckedSources {
  readonly results: readonly Result[];
  /** There when everything was read and is valid. */
  readonly revision?: Revision;
}

interface Read {
  readonly results: Result[];
  readonly texts: SourceText[];
  /** Some source was not read: the rest is not the configuration. */
  incomplete: boolean;
}

export async function checkSources(
  values: Values,
  env: NodeJS.ProcessEnv,
  cluster: Cluster | undefined,
): Promise<CheckedSources> {
  const read: Read = { results: [], texts: [], incomplete: false };
  await readPaths(values, read);
  await readObjects(values, cluster, read);
  const { results, texts } = read;
  if (read.incomplete) return { results: [...results, skipped('config', 'not every source could be read')] };
  if (texts.length === 0) return { results };
  const plugins = await pluginsOf(values);
  if (typeof plugins === 'string')
    return {
      results: [...results, fail('schema-dir', plugins, { fix: 'pull it again: silverback schema pull' })],
    };
  const compiler = createCompiler({
    deck: values.deck,
    env,
    allowEmpty: values['allow-removal'],
    now: () => new Date(),
    plugins,
  });
  const compilation = compiler.compile(texts);
  results.push(...checkConfig(compilation, texts.length, values));
  const { revision } = compilation;
  return { results, ...(revision !== undefined && { revision }) };
}

async function readPaths(values: Values, read: Read): Promise<void> {
  const named = [
    ...values['config-file'].map((path) => ({ path, isFolder: false })),
    ...values['config-dir'].map((path) => ({ path, isFolder: true })),
  ];
  for (const each of named) {
    const { results } = read;
    // A file that was written just now is not waited for: nobody follows it here.
    const reading = await readPath(each, undefined, () => Infinity);
    if (reading.kind !== 'read') {
      const why = reading.kind === 'unreadable' ? reading.reason : 'it changes while it is read';
      results.push(
        fail('source', `${each.path}: ${oneLine(why)}`, { fix: 'check the path and its permissions' }),
      );
      read.incomplete = true;
    } else if (reading.source.texts.length === 0) {
      const what = each.isFolder
        ? 'does not exist, or has no .yaml, .yml or .json files right in it'
        : 'does not exist';
      results.push(
        fail('source', `${each.path} ${what}`, {
          fix: 'check the path; in a pod, check the volume and its mountPath',
        }),
      );
      read.incomplete = true;
    } else {
      results.push(ok('source', `${each.path}: ${plural(reading.source.texts.length, 'document')}`));
      read.texts.push(...reading.source.texts);
    }
  }
}

async function readObjects(values: Values, cluster: Cluster | undefined, read: Read): Promise<void> {
  const selector = values['config-selector'];
  if (selector === undefined) return;
  if (cluster === undefined) {
    read.results.push(skipped('source', 'the API server cannot be used'));
    read.incomplete = true;
    return;
  }
  const namespaces = configNamespaces(values, cluster);
  const kinds = values['config-kinds'].map(objectKind);
  let found = 0;
  for (const namespace of namespaces) {
    for (const kind of kinds) found += await readKind(cluster, kind, namespace, selector, read);
  }
  if (found > 0 || read.incomplete) return;
  const what = kinds.join(' or ');
  const message = `no ${what} in namespace ${namespaces.join(', ')} has the label ${selector}`;
  const fix = `label what holds the configuration: kubectl -n ${namespaces[0] ?? ''} label configmap NAME ${selector}; or check --config-selector and --config-namespace`;
  read.results.push(fail('source', message, { fix }));
  read.incomplete = true;
}

/** @returns how many objects there are */
async function readKind(
  { client }: Cluster,
  kind: ObjectKind,
  namespace: string,
  labelSelector: string,
  read: Read,
): Promise<number> {
  const resource = kind === 'Secret' ? SECRETS : CONFIG_MAPS;
  try {
    const { items } = await client.list({ resource, namespace }, (object) => object, { labelSelector });
    for (const object of items) readObject(kind, object, read);
    return items.length;
  } catch (error) {
    if (!(error instanceof KubeError)) throw error;
    const message = `the ${kind}s of namespace ${namespace} cannot be listed: ${oneLine(error.message)}`;
    const fix = 'see the rights above; --config-kinds says which of the two are read';
    read.results.push(fail('source', message, { fix }));
    read.incomplete = true;
    return 0;
  }
}

function readObject(kind: ObjectKind, object: unknown, read: Read): void {
  const { results } = read;
  const named = `${kind} ${keyOf(parseMeta(object))}`;
  try {
    const { texts } = sourceOf(kind, object);
    const size = sizeOf(kind, object);
    if (texts.length === 0) {
      const fix = 'name the key after its content, e.g. kong.yaml';
      results.push(warn('source', `${named} has no key that ends in .yaml, .yml or .json`, { fix }));
    } else if (size > NEARLY * OBJECT_LIMIT) {
      const message = `${named} holds ${sizeText(size)} of the ${sizeText(OBJECT_LIMIT)} that it can`;
      const fix = 'spread it over several, or gzip it (a key such as kong.yaml.gz in binaryData)';
      results.push(warn('source', message, { fix }));
    } else results.push(ok('source', `${named}: ${plural(texts.length, 'document')}, ${sizeText(size)}`));
    read.texts.push(...texts);
  } catch (error) {
    const why = oneLine(error instanceof Error ? error.message : 'it cannot be read');
    results.push(fail('source', `${named}: ${why}`, { fix: 'correct that key' }));
    read.incomplete = true;
  }
}

/** As Kubernetes counts it: the values, decoded. */
function sizeOf(kind: ObjectKind, object: unknown): number {
  const bytes = (field: string, encoding: 'utf8' | 'base64'): number =>
    Object.values(fieldsOf(object, field))
      .filter((value) => typeof value === 'string')
      .reduce((sum, value) => sum + Buffer.byteLength(value, encoding), 0);
  return kind === 'Secret' ? bytes('data', 'base64') : bytes('data', 'utf8') + bytes('binaryData', 'base64');
}

async function pluginsOf(values: Values): Promise<Plugins | string> {
  const dir = values['schema-dir'];
  if (dir === undefined) return new Map();
  const { plugins, problems } = await loadSchemaDir(dir);
  return problems.length === 0 ? plugins : `--schema-dir: ${problems.map(schemaProblemLine).join('; ')}`;
}

function checkConfig({ valid, findings, revision }: Compilation, texts: number, values: Values): Result[] {
  const of = (severity: string) => findings.filter((finding) => finding.severity === severity);
  const [errors, holds, warnings] = [of('error'), of('hold'), of('warning')];
  const fix = 'silverback validate shows all findings, with their lines';
  if (!valid || revision === undefined)
    return [
      fail('config', `invalid, ${plural(errors.length, 'error')}: ${oneLine(gravest(errors))}`, { fix }),
    ];
  const what = `${shortId(revision.id)}, ${sizeText(revision.bytes.length)} from ${plural(texts, 'document')}`;
  const results: Result[] = [];
  if (holds.length > 0)
    results.push(
      warn('config', `${what}: would be held: ${oneLine(gravest(holds))}`, {
        fix: `correct it, or approve it (docs/operating.md); ${fix}`,
      }),
    );
  else if (warnings.length > 0)
    results.push(
      warn('config', `${what}: valid, ${plural(warnings.length, 'warning')}: ${oneLine(gravest(warnings))}`, {
        fix,
      }),
    );
  else results.push(ok('config', `${what}: valid`));
  const loadMs = revision.bytes.length * LOAD_MS_PER_BYTE;
  if (loadMs * 3 > values['proxy-timeout-seconds'])
    results.push(
      warn(
        'push-timeout',
        `a push may take ${values['proxy-timeout-seconds'] / 1000} s, and Kong needs about ${(loadMs / 1000).toFixed(1)} s to load this where nothing else runs`,
        { fix: `raise --proxy-timeout-seconds to ${Math.max(60, Math.ceil((loadMs * 5) / 60_000) * 60)}` },
      ),
    );
  return results;
}
