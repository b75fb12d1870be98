// Writes docs/metrics.md from the registry of the metrics; needs a build (`npm run docs` does both).
import { writeFileSync } from 'node:fs';
import { metricsPage } from '../dist/report/metrics/docs.js';

writeFileSync(new URL('../docs/metrics.md', import.meta.url), await metricsPage());
console.log('docs/metrics.md is up to date');
