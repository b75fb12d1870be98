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

/** How many members all objects have together; undefined when too deep, or when a number is not finite. */
function countMembers(root: unknown, maxDepth: number): number | undefined {
  let level = [root];
  let members = 0;
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > maxDepth) return undefined;
    const next: unknown[] = [];
    for (const value of level) {
      if (typeof value === 'number' && !Number.isFinite(value)) return undefined;
      if (typeof value !== 'object' || value === null) continue;
      const children: unknown[] = Array.isArray(value) ? value : Object.values(value);
      if (!Array.isArray(value)) members += children.length;
      for (const child of children)
        if (typeof child === 'object' || typeof child === 'number') next.push(child);
    }
    level = next;
  }
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
