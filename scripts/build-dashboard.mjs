// Bundles the dashboard: node scripts/build-dashboard.mjs, as part of `npm run build`. What browsers load lies in
// dist/server/dashboard, and needs nothing else: preact is in the bundle, so it is no dependency at run time.
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..');
const source = join(root, 'dashboard');
const target = join(root, 'dist/server/dashboard');

rmSync(target, { recursive: true, force: true });
mkdirSync(join(target, 'assets'), { recursive: true });
await build({
  entryPoints: { dashboard: join(source, 'main.tsx'), 'dashboard-style': join(source, 'style.css') },
  outdir: join(target, 'assets'),
  bundle: true,
  minify: true,
  format: 'esm',
  target: ['es2022', 'chrome111', 'firefox115', 'safari16.4'],
  legalComments: 'none',
  logLevel: 'warning',
});
cpSync(join(source, 'index.html'), join(target, 'index.html'));
// Its licence (MIT) asks to go along with copies.
writeFileSync(
  join(target, 'assets/licences.txt'),
  `The dashboard contains Preact.\n\n${readFileSync(join(root, 'node_modules/preact/LICENSE'), 'utf8')}`,
);
