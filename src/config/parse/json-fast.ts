import type { Composed } from './compose.js';

const SURROGATE_ESCAPE = /\\u[dD][89a-fA-F]/;

/**
 * Reads JSON with the engine's own parser, as long as nothing is remarkable about the text.
 * @returns undefined when the careful reader must look: JSON.parse refuses the text, an object has a key twice, a number is
 * too large, an escaped surrogate may lack its other half, or it is nested too deeply
 */
export function fastJson(text: string, maxDepth: number): Composed | undefined {
  if (SURROGATE_ESCAPE.test(text)) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    const members = countMembers(value, maxDepth);
    return members === countColons(text) ? { value, remarks: [], oddKeys: [] } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * How many members all objects of a value have together.
 * @returns NaN when it is nested too deeply, or when a number is not finite
 */
function countMembers(value: unknown, maxDepth: number): number {
  if (typeof value === 'number') return Number.isFinite(value) ? 0 : NaN;
  if (typeof value !== 'object' || value === null) return 0;
  if (maxDepth <= 0) return NaN;
  let members = 0;
  if (Array.isArray(value))
    for (const item of value as unknown[]) members += countMembers(item, maxDepth - 1);
  else for (const item of Object.values(value)) members += 1 + countMembers(item, maxDepth - 1);
  return members;
}

/** Colons outside of strings: one for each member written. */
function countColons(text: string): number {
  let colons = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charCodeAt(at);
    if (char === 0x22) quoted = !quoted;
    else if (char === 0x5c) at += 1;
    else if (char === 0x3a && !quoted) colons += 1;
  }
  return colons;
}
