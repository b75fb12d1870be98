// Writes docs/settings.md from the settings table; needs a build (`npm run docs` does both).
import { writeFileSync } from 'node:fs';
import { settingsPage } from '../dist/settings/docs.js';

writeFileSync(new URL('../docs/settings.md', import.meta.url), settingsPage());
console.log('docs/settings.md is up to date');
