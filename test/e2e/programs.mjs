/**
 * Prints the paths of the programs that a module beside builds, one a line, and builds them first if they are missing:
 * node test/e2e/programs.mjs helm|control-plane|health-checks
 */
import { programsOf } from './support/programs.mjs';

const [moduleName] = process.argv.slice(2);
if (!['helm', 'control-plane', 'health-checks'].includes(moduleName)) {
  process.stderr.write('Usage: node test/e2e/programs.mjs helm|control-plane|health-checks\n');
  process.exit(2);
}
try {
  for (const path of Object.values(await programsOf(moduleName))) process.stdout.write(`${path}\n`);
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}
