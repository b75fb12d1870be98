import { gunzipSync } from 'node:zlib';
import { fieldsOf, isObject, parseMeta } from '../kube/object.js';
import { isCompressedConfigName, isConfigName, MAX_SOURCE_BYTES } from './source.js';
import type { Source, SourceText } from './source.js';
import { notedIn, sizesOf } from './state-annotations.js';

export type ObjectKind = 'ConfigMap' | 'Secret';

/** The kind that `--config-kinds` means by `configmaps` or `secrets`; the settings allow no other. */
export const objectKind = (plural: string): ObjectKind => (plural === 'secrets' ? 'Secret' : 'ConfigMap');

const GIT_SHA = 'silverback.dev/git-sha';
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

function fromBase64(key: string, value: string): Uint8Array {
  if (!BASE64.test(value)) throw new Error(`key ${key} does not hold base64`);
  return Buffer.from(value, 'base64');
}

/** @param limit bytes that it may unpack to; what an object holds in all is bounded, however many keys it has */
function gunzip(key: string, bytes: Uint8Array, limit: number): Uint8Array {
  try {
    return gunzipSync(bytes, { maxOutputLength: limit });
  } catch (error) {
    throw new Error(isBeyondLimit(error) ? TOO_LARGE : `key ${key} is not gzip`);
  }
}

/** The second code is for a limit that is used up. */
const isBeyondLimit = (error: unknown): boolean =>
  isObject(error) && (error['code'] === 'ERR_BUFFER_TOO_LARGE' || error['code'] === 'ERR_OUT_OF_RANGE');

const TOO_LARGE = `it unpacks to more than ${MAX_SOURCE_BYTES / 1024 / 1024} MiB`;

function* entriesOf(object: unknown, field: string): Generator<readonly [string, string]> {
  for (const [key, value] of Object.entries(fieldsOf(object, field))) {
    if (typeof value === 'string') yield [key, value];
  }
}

/** Texts in a field of base64 values: plain ones and, where the name says so, compressed ones. */
function binaryTexts(object: unknown, field: string, place: string): SourceText[] {
  const texts: SourceText[] = [];
  let left = MAX_SOURCE_BYTES;
  for (const [key, value] of entriesOf(object, field)) {
    if (!isConfigName(key) && !isCompressedConfigName(key)) continue;
    const bytes = fromBase64(key, value);
    const text = isConfigName(key) ? bytes : gunzip(key, bytes, left);
    left -= text.length;
    texts.push({ file: `${place}/${key}`, text });
  }
  return texts;
}

function plainTexts(object: unknown, place: string): SourceText[] {
  return [...entriesOf(object, 'data')]
    .filter(([key]) => isConfigName(key))
    .map(([key, value]) => ({ file: `${place}/${key}`, text: Buffer.from(value, 'utf8') }));
}

/**
 * A ConfigMap or Secret as a source: its keys that end in .yaml, .yml or .json, and .gz of those among binary
 * values (a Secret's are all binary).
 *
 * @throws an Error that names the key, never its value, when one cannot be read
 */
export function sourceOf(kind: ObjectKind, object: unknown): Source {
  const { namespace, name, uid, resourceVersion, annotations } = parseMeta(object);
  const gitSha = annotations[GIT_SHA];
  const sizes = sizesOf(object);
  if (!isObject(object)) throw new Error('not an object');
  const place = `${kind.toLowerCase()}/${namespace}/${name}`;
  const texts =
    kind === 'Secret'
      ? binaryTexts(object, 'data', place).map((text) => ({ ...text, confidential: true as const }))
      : [...plainTexts(object, place), ...binaryTexts(object, 'binaryData', place)];
  texts.sort((a, b) => (a.file < b.file ? -1 : 1));
  return {
    name: `${kind} ${namespace}/${name}`,
    texts,
    object: { apiVersion: 'v1', kind, namespace, name, uid },
    resourceVersion,
    ...(gitSha !== undefined && { gitSha }),
    ...(sizes !== undefined && { sizes }),
    noted: notedIn(annotations),
  };
}
