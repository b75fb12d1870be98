// Lays out what the container image holds: node scripts/image-tree.mjs FOLDER, after `npm ci` and `npm run build`. The build,
// the schemas, the production dependencies of the lockfile, and nothing that only compilers, debuggers and people read.
import { cpSync, existsSync, mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { productionPackages } from './production-packages.mjs';

const root = join(import.meta.dirname, '..');
const [target] = process.argv.slice(2);
if (target === undefined || existsSync(target)) {
  console.error(
    target === undefined ? 'Usage: node scripts/image-tree.mjs FOLDER' : `${target} is there already`,
  );
  process.exit(2);
}
if (!existsSync(join(root, 'dist/cli/main.js'))) {
  console.error('dist is missing: npm run build makes it');
  process.exit(1);
}

const NEVER_RUN = /\.([cm]?ts|map|md|markdown|tsbuildinfo)$/;
const LEGAL = /^(licen[cs]e|notice|copying)/i;
const isWanted = (path) => !NEVER_RUN.test(path) || LEGAL.test(basename(path));

mkdirSync(target, { recursive: true });
for (const path of [
  'package.json',
  'LICENSE',
  'schemas',
  'dist',
  ...productionPackages(root).map(({ path }) => path),
]) {
  // A package's own node_modules are packages of their own, and may be for development.
  const filter = (source) =>
    isWanted(source) && !source.slice(join(root, path).length).split('/').includes('node_modules');
  cpSync(join(root, path), join(target, path), { recursive: true, filter });
}
