// Module hooks: `./x.js` finds `x.ts`, TypeScript becomes JavaScript, and a mutant's one change is made on the way.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { transformSync } from '@swc/core';
import { mutantCalled } from '../mutants.mjs';

const ROOT = new URL('../../../', import.meta.url).href;
let mutant;

export function initialize(name) {
  mutant = name === '' ? undefined : mutantCalled(name);
}

export async function resolve(specifier, context, next) {
  const ours = context.parentURL?.startsWith(ROOT) && !context.parentURL.includes('/node_modules/');
  if (!ours || !specifier.startsWith('.') || !specifier.endsWith('.js')) return next(specifier, context);
  try {
    return await next(specifier.replace(/\.js$/, '.ts'), context);
  } catch (error) {
    if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
    return next(specifier, context);
  }
}

export async function load(url, context, next) {
  if (!url.startsWith(ROOT) || !url.endsWith('.ts')) return next(url, context);
  const file = url.slice(ROOT.length);
  const text = mutated(file, await readFile(fileURLToPath(url), 'utf8'));
  const { code } = transformSync(text, {
    filename: file,
    jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
    module: { type: 'es6' },
    sourceMaps: 'inline',
  });
  return { format: 'module', source: code, shortCircuit: true };
}

/** A mutation whose text is no longer there would prove nothing. */
function mutated(file, text) {
  if (mutant === undefined) return text;
  return mutant.changes
    .filter((change) => change.file === file)
    .reduce((now, { from, to }) => {
      const parts = now.split(from);
      if (parts.length !== 2) {
        throw new Error(`mutant ${mutant.name}: ${file} holds its text ${parts.length - 1} times: ${from}`);
      }
      return parts.join(to);
    }, text);
}
