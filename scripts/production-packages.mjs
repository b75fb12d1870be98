import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The packages that run, as the lockfile knows them: folder, name and version. Those for other platforms are not installed. */
export function productionPackages(root) {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  return Object.entries(packages)
    .filter(([path, { dev }]) => path.startsWith('node_modules/') && dev !== true)
    .filter(([path]) => existsSync(join(root, path)))
    .map(([path, { version }]) => ({ path, name: path.split('node_modules/').at(-1), version }));
}
