import type { Dict } from '../document/dict.js';
import { canonicalJson } from './canonical-json.js';

/** Characters that are encoded at once: a text of many megabytes in one piece costs as much again. */
const CHUNK = 64 * 1024;

/**
 * `canonicalJson` of a whole configuration.
 * @returns UTF-8 in a buffer of its own, so that a thread can hand it over
 */
export function canonicalBytes(config: Dict): Uint8Array {
  const encoder = new TextEncoder();
  const chunks: Uint8Array[] = [];
  let pending = '';
  for (const piece of canonicalPieces(config)) {
    pending += piece;
    if (pending.length < CHUNK) continue;
    chunks.push(encoder.encode(pending));
    pending = '';
  }
  return concatenate([...chunks, encoder.encode(pending)]);
}

/** Entity by entity. */
function* canonicalPieces(config: Dict): Generator<string> {
  let before = '{';
  for (const key of Object.keys(config).sort()) {
    yield `${before}${JSON.stringify(key)}:`;
    const value = config[key];
    if (Array.isArray(value)) yield* listPieces(value);
    else yield canonicalJson(value);
    before = ',';
  }
  yield before === '{' ? '{}' : '}';
}

function* listPieces(items: readonly unknown[]): Generator<string> {
  yield '[';
  for (let at = 0; at < items.length; at += 1) yield (at === 0 ? '' : ',') + canonicalJson(items[at]);
  yield ']';
}

function concatenate(chunks: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(chunks.reduce((size, chunk) => size + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
