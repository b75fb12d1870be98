// Secrets that the chart made: read, and patched with the resourceVersion that was read. None is ever created or deleted here.
import type { KubeClient } from '../kube/client/client.js';
import { SECRETS } from '../kube/client/resource.js';
import type { ObjectPath } from '../kube/client/resource.js';
import { KubeError } from '../kube/kube-error.js';
import { fieldsOf, parseMeta } from '../kube/object.js';
import { HistoryError } from './history-error.js';
import type { Cell } from './pointer.js';

export interface SecretPlace {
  readonly client: KubeClient;
  readonly namespace: string;
}

export interface StoredValue {
  /** Undefined where the Secret holds nothing yet. */
  readonly value: Buffer | undefined;
  readonly resourceVersion: string;
}

/** Key of the record, in the pointer Secret. */
const RECORD_KEY = 'record.json';
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** The value under `key`. Throws an Error, never with content, for a Secret that holds somebody else's. */
export function storedValue(object: unknown, key: string): StoredValue {
  const { name, resourceVersion } = parseMeta(object);
  const data = fieldsOf(object, 'data');
  const value = data[key];
  const others = Object.keys(data).filter((each) => each !== key);
  if (others.length > 0) throw new Foreign(`Secret ${name} holds ${others.length} other keys than ${key}`);
  if (value === undefined || value === '') return { value: undefined, resourceVersion };
  if (typeof value !== 'string' || !BASE64.test(value)) throw new Foreign(`Secret ${name} holds no base64`);
  return { value: Buffer.from(value, 'base64'), resourceVersion };
}

/** Not ours: never written over. */
class Foreign extends Error {}

/** @throws HistoryError */
export async function readSecret(place: SecretPlace, name: string, key: string): Promise<StoredValue> {
  const at = pathOf(place, name);
  try {
    // The client would call what is not ours a bad answer.
    return storedValue(await place.client.get(at, (object) => object), key);
  } catch (error) {
    throw secretTrouble(error, place, name);
  }
}

/**
 * Puts a value under `key`, if the Secret is still as it was read.
 * @throws HistoryError where it was surely not written
 */
export async function patchSecret(
  place: SecretPlace,
  name: string,
  key: string,
  value: Uint8Array,
  resourceVersion: string,
): Promise<'written' | 'conflict' | 'unknown'> {
  const data = { [key]: Buffer.from(value).toString('base64') };
  try {
    await place.client.patch(pathOf(place, name), { metadata: { resourceVersion }, data }, () => undefined);
    return 'written';
  } catch (error) {
    if (!(error instanceof KubeError)) throw error;
    if (error.status === 409) return 'conflict';
    // No answer, or one that does not say what became of it.
    if (error.status === 0 || error.status >= 500) return 'unknown';
    throw secretTrouble(error, place, name);
  }
}

/** The record's place in the pointer Secret. */
export function secretCell(place: SecretPlace, name: string): Cell<string> {
  return {
    name: `Secret ${place.namespace}/${name}`,
    async read() {
      const { value, resourceVersion } = await readSecret(place, name, RECORD_KEY);
      return { text: value?.toString('utf8'), version: resourceVersion };
    },
    write: (text, version) => patchSecret(place, name, RECORD_KEY, Buffer.from(text), version),
  };
}

/** The record's text in the pointer Secret, as a watch delivers it. */
export const recordText = (object: unknown): string | undefined =>
  storedValue(object, RECORD_KEY).value?.toString('utf8');

/** What went wrong with a Secret, and which right or which Secret is missing. */
export function secretTrouble(error: unknown, { namespace }: SecretPlace, name: string): Error {
  const what = `Secret ${namespace}/${name}`;
  if (error instanceof Foreign)
    return new HistoryError(
      'corrupt',
      `${error.message}: it is not Silverback's, and stays as it is`,
      'give --history-secret another name',
    );
  if (!(error instanceof KubeError)) return error instanceof Error ? error : new Error(String(error));
  switch (error.status) {
    case 401:
      return new HistoryError(
        'forbidden',
        `${what}: the API server does not accept the credentials`,
        'check the service account or the kubeconfig user',
      );
    case 403:
      return new HistoryError(
        'forbidden',
        `${what} may not be used: ${error.message}`,
        allow(namespace, name),
      );
    case 404:
      return missingSecret(namespace, name);
    case 413:
    case 422:
      return new HistoryError('too-large', `${what} does not take what is written to it: ${error.message}`);
    default:
      return new HistoryError('unreachable', `${what} cannot be reached: ${error.message}`);
  }
}

export const missingSecret = (namespace: string, name: string): HistoryError =>
  new HistoryError(
    'missing',
    `there is no Secret ${namespace}/${name}`,
    `create it empty (kubectl create secret generic ${name} -n ${namespace}; the chart does so with history.enabled): it is never created by Silverback, which may not create Secrets`,
  );

export const allow = (namespace: string, name: string): string =>
  `allow get and patch on it, and list and watch on the Secret of the record, by resourceNames (a Role in namespace ${namespace} that names ${name})`;

const pathOf = ({ namespace }: SecretPlace, name: string): ObjectPath => ({
  resource: SECRETS,
  namespace,
  name,
});
