// Adds to package-lock.json the optional, platform-bound packages that npm left out because the registry
// mirror at hand does not carry them: without their entries `npm ci` calls the lockfile out of date.
// They are never downloaded here (os/cpu do not match); elsewhere npm resolves them by their exact version.
import { readFileSync, writeFileSync } from 'node:fs';

const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'));
const OS = [
  'android',
  'darwin',
  'freebsd',
  'linux',
  'openharmony',
  'win32',
  'aix',
  'netbsd',
  'openbsd',
  'sunos',
];
const CPU = ['arm64', 'arm', 'x64', 'ia32', 'loong64', 'ppc64', 'riscv64', 's390x', 'wasm32'];

/** The os and cpu lists that such a package's name spells out, e.g. core-linux-arm-gnueabihf. */
function platformOf(name) {
  const words = name.split('-');
  const os = OS.filter((word) => words.includes(word) || words.includes(`${word}eabi`));
  const cpu = CPU.filter((word) => words.includes(word));
  return { ...(os.length > 0 && { os }), ...(cpu.length > 0 && { cpu }) };
}

let added = 0;
for (const entry of Object.values({ ...lock.packages })) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const key = `node_modules/${name}`;
    const platform = platformOf(name);
    if (lock.packages[key] !== undefined || !/^\d/.test(version) || Object.keys(platform).length === 0)
      continue;
    lock.packages[key] = { version, ...platform, ...(entry.dev && { dev: true }), optional: true };
    added += 1;
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync('package-lock.json', `${JSON.stringify(lock, null, 2)}\n`);
console.log(`${added} entries added`);
