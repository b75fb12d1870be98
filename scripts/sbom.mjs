// Writes the bill of materials of what runs, in CycloneDX: node scripts/sbom.mjs [FILE], after `npm ci`. Without a file it goes
// to standard output. It is npm's own, cut down to what the lockfile calls production: npm's `--omit=dev` leaves out packages
// that development needs, too.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { productionPackages } from './production-packages.mjs';

const root = join(import.meta.dirname, '..');
const { name } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const bom = JSON.parse(
  execFileSync('npm', ['sbom', '--sbom-format=cyclonedx', '--sbom-type=application'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'inherit'],
  }),
);

/** What is no package of the image, but inside of the dashboard's bundle. */
const BUNDLED = ['preact'];
const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
const bundled = BUNDLED.map((each) => ({
  name: each,
  version: lock.packages[`node_modules/${each}`].version,
}));

const idOf = (component) => `${component.name}@${component.version}`;
const production = new Set([...productionPackages(root), ...bundled].map(idOf));
const components = bom.components.filter((component) => production.has(idOf(component)));
const missing = [...production].filter((id) => !components.some((component) => idOf(component) === id));
if (missing.length > 0) {
  console.error(`npm sbom lacks ${missing.join(', ')}`);
  process.exit(1);
}

const { component } = bom.metadata;
const kept = new Set([component, ...components].map((each) => each['bom-ref']));
const dependencies = bom.dependencies
  .filter(({ ref }) => kept.has(ref))
  .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((other) => kept.has(other)) }));
// npm takes the name of the checkout's folder.
const metadata = { ...bom.metadata, component: { ...component, name } };

const text = `${JSON.stringify({ ...bom, metadata, components, dependencies }, null, 2)}\n`;
const [file] = process.argv.slice(2);
if (file === undefined) process.stdout.write(text);
else writeFileSync(file, text);
