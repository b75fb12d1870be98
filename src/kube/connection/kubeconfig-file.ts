import { dirname, resolve } from 'node:path';

import { LineCounter, parseDocument } from 'yaml';

import { fieldsOf, isObject, textOf, type Fields } from '../object.js';
import { ConnectionError } from './connection.js';
import { readText } from './read-text.js';

/** The one context of a kubeconfig that is in use, paths made absolute. */
export interface KubeconfigContext {
  readonly name: string;
  readonly namespace: string | undefined;
  readonly clusterName: string;
  readonly cluster: Fields;
  readonly userName: string;
  readonly user: Fields;
}

const CLUSTER_FILES = ['certificate-authority'];
const USER_FILES = ['client-certificate', 'client-key', 'tokenFile'];

interface Entries {
  readonly clusters: ReadonlyMap<string, Fields>;
  readonly users: ReadonlyMap<string, Fields>;
  readonly contexts: ReadonlyMap<string, Fields>;
  readonly currentContext: string | undefined;
}

/**
 * Reads kubeconfig files and picks the current context; as with kubectl, the first file that defines something wins. Rejects
 * with a ConnectionError that quotes nothing of a file's content.
 */
export async function readKubeconfig(files: readonly string[]): Promise<KubeconfigContext> {
  const found = await Promise.all(files.map(readEntries));
  const where = files.join(', ');
  const name = found.map((entries) => entries.currentContext).find((context) => context !== undefined);
  if (name === undefined) {
    throw new ConnectionError(`${where}: no current-context. Choose one: kubectl config use-context <name>.`);
  }
  const pick = (part: 'clusters' | 'users' | 'contexts', wanted: string | undefined, by: string): Fields => {
    const entry = found
      .map((entries) => entries[part].get(wanted ?? ''))
      .find((value) => value !== undefined);
    if (entry !== undefined) return entry;
    const known = found.flatMap((entries) => [...entries[part].keys()]);
    throw new ConnectionError(
      `${where}: ${by} names "${wanted ?? ''}", which is not among its ${part} (${known.join(', ') || 'none'}).`,
    );
  };
  const context = pick('contexts', name, 'current-context');
  const clusterName = textOf(context, 'cluster');
  const userName = textOf(context, 'user');
  return {
    name,
    namespace: textOf(context, 'namespace'),
    clusterName: clusterName ?? '',
    cluster: pick('clusters', clusterName, `context "${name}"`),
    userName: userName ?? 'anonymous',
    user: userName === undefined ? {} : pick('users', userName, `context "${name}"`),
  };
}

async function readEntries(file: string): Promise<Entries> {
  const text = await readText(
    file,
    (why) => `${file}: cannot be read (${why}). Check the path given as kubeconfig.`,
  );
  const root = parseYaml(file, text);
  const folder = dirname(file);
  return {
    clusters: entriesOf(root['clusters'], 'cluster', (cluster) => absolute(cluster, CLUSTER_FILES, folder)),
    users: entriesOf(root['users'], 'user', (user) => absolute(user, USER_FILES, folder)),
    contexts: entriesOf(root['contexts'], 'context', (context) => context),
    currentContext: textOf(root, 'current-context') || undefined,
  };
}

/** The parser's own messages quote the line, which may hold a token: only the place is told. */
function parseYaml(file: string, text: string): Fields {
  const lines = new LineCounter();
  const document = parseDocument(text, { prettyErrors: false, lineCounter: lines });
  const [error] = document.errors;
  if (error !== undefined) {
    const { line, col } = lines.linePos(error.pos[0]);
    throw new ConnectionError(`${file}:${line}:${col}: not valid YAML (${error.code}).`);
  }
  const root: unknown = document.toJS();
  if (!isObject(root)) throw new ConnectionError(`${file}: not a kubeconfig: it holds no mapping.`);
  return root;
}

function entriesOf(
  list: unknown,
  part: string,
  change: (value: Fields) => Fields,
): ReadonlyMap<string, Fields> {
  const entries = new Map<string, Fields>();
  for (const entry of Array.isArray(list) ? list : []) {
    const name = isObject(entry) ? textOf(entry, 'name') : undefined;
    if (name !== undefined && !entries.has(name)) entries.set(name, change(fieldsOf(entry, part)));
  }
  return entries;
}

function absolute(fields: Fields, names: readonly string[], folder: string): Fields {
  const changed = names.flatMap((name) => {
    const path = textOf(fields, name);
    return path === undefined || path === '' ? [] : [[name, resolve(folder, path)] as const];
  });
  return { ...fields, ...Object.fromEntries(changed) };
}
