import { gunzipSync } from 'node:zlib';
import { fieldsOf, isObject, parseMeta } from '../kube/object.js';
import { isConfigName, MAX_TEXT_BYTES, uncompressedName } from './source.js';
import type { Source, SourceText } from './source.js';

export type ObjectKind = 'ConfigMap' | 'Secret';

const BASE64 = /^[A-Za-z0-9+/\s]*={0,2}\s*$/;

function fromBase64(key: string, value: string): Uint8Array {
  if (!BASE64.test(value)) throw new Error(`key ${key} does not hold base64`);
  return Buffer.from(value, 'base64');
}

function gunzip(key: string, bytes: Uint8Array): Uint8Array {
  try {
    return gunzipSync(bytes, { maxOutputLength: MAX_TEXT_BYTES });
  } catch (error) {
    const tooLarge = error instanceof RangeError;
    throw new Error(
      tooLarge
        ? `key ${key} unpacks to more than ${MAX_TEXT_BYTES / 1024 / 1024} MiB`
        : `key ${key} is not gzip`,
    );
  }
}

function* entriesOf(object: unknown, field: string): Generator<readonly [string, string]> {
  for (const [key, value] of Object.entries(fieldsOf(object, field))) {
    if (typeof value === 'string') yield [key, value];
  }
}

/** Texts in a field of base64 values: plain ones and, where the name says so, compressed ones. */
function binaryTexts(object: unknown, field: string, place: string): SourceText[] {
  const texts: SourceText[] = [];
  for (const [key, value] of entriesOf(object, field)) {
    const plain = uncompressedName(key);
    if (plain !== undefined)
      texts.push({ file: `${place}/${plain}`, text: gunzip(key, fromBase64(key, value)) });
    else if (isConfigName(key)) texts.push({ file: `${place}/${key}`, text: fromBase64(key, value) });
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
  const { namespace, name, uid } = parseMeta(object);
  if (!isObject(object)) throw new Error('not an object');
  const place = `${kind.toLowerCase()}/${namespace}/${name}`;
  const texts =
    kind === 'Secret'
      ? binaryTexts(object, 'data', place)
      : [...plainTexts(object, place), ...binaryTexts(object, 'binaryData', place)];
  texts.sort((a, b) => (a.file < b.file ? -1 : 1));
  return {
    name: `${kind} ${namespace}/${name}`,
    texts,
    object: { apiVersion: 'v1', kind, namespace, name, uid },
  };
}
