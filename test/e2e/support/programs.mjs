import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * The programs that the e2e suite runs, each built from its published Go module as the go.mod of a folder beside pins it.
 * They are built once, and kept outside the checkout in a folder whose name is a hash of everything that goes into them.
 */
const MODULES = {
  'control-plane': {
    packages: { etcd: 'go.etcd.io/etcd/server/v3', 'kube-apiserver': 'k8s.io/kubernetes/cmd/kube-apiserver' },
    variables: (version) => {
      const [, major, minor] = /^v(\d+)\.(\d+)/.exec(version('k8s.io/kubernetes'));
      const name = 'k8s.io/component-base/version';
      return {
        [`${name}.gitVersion`]: version('k8s.io/kubernetes'),
        [`${name}.gitMajor`]: major,
        [`${name}.gitMinor`]: minor,
        [`${name}.gitTreeState`]: 'clean',
      };
    },
  },
  'health-checks': {
    packages: { 'health-checks': '.' },
    variables: () => ({}),
  },
  helm: {
    packages: { helm: 'helm.sh/helm/v4/cmd/helm' },
    variables: (version) => ({ 'helm.sh/helm/v4/internal/version.version': version('helm.sh/helm/v4') }),
  },
};

const HOW_TO_GET_GO = `Go is needed to build the programs of the e2e suite, and 'go' was not found.
Install Go 1.26 or newer (https://go.dev/doc/install, or your system's package 'golang'), and see that 'go version' works.`;

/**
 * Builds what is missing, and gives the path of each program of a module.
 * @param {'control-plane' | 'health-checks' | 'helm'} moduleName
 * @returns {Promise<Record<string, string>>} program name -> absolute path
 * @throws {Error} when Go is missing (it says how to get it), or the build fails (Go's words are on stderr)
 */
export async function programsOf(moduleName) {
  const { packages, variables } = MODULES[moduleName];
  const source = join(import.meta.dirname, '..', moduleName);
  const pins = readFileSync(join(source, 'go.mod'), 'utf8');
  const ldflags = [
    '-s',
    '-w',
    ...Object.entries(variables((path) => pinned(pins, path))).map(linkerFlag),
  ].join(' ');
  const key = createHash('sha256')
    .update(
      JSON.stringify([
        pins,
        readFileSync(join(source, 'go.sum'), 'utf8'),
        ...ownCode(source),
        packages,
        ldflags,
        goVersion(source),
      ]),
    )
    .digest('hex')
    .slice(0, 16);
  const folder = join(cacheFolder(), `${moduleName}-${key}`);
  if (!existsSync(folder)) await build(moduleName, source, packages, ldflags, folder);
  return Object.fromEntries(Object.keys(packages).map((name) => [name, join(folder, name)]));
}

/** Of a module that is more than its pins. */
function ownCode(source) {
  const names = readdirSync(source).filter((name) => name.endsWith('.go'));
  return names.sort().map((name) => readFileSync(join(source, name), 'utf8'));
}

function cacheFolder() {
  return (
    process.env.SILVERBACK_E2E_CACHE ||
    join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'silverback-e2e')
  );
}

function pinned(pins, modulePath) {
  const line = pins.split('\n').find((text) =>
    text
      .trim()
      .replace(/^require /, '')
      .startsWith(`${modulePath} v`),
  );
  if (line === undefined) throw new Error(`go.mod does not require ${modulePath}`);
  return /\sv\S+/.exec(line)[0].trim();
}

function linkerFlag([variable, value]) {
  return `-X ${variable}=${value}`;
}

/** Which Go builds this module, and for what machine; the module's go.mod may ask for a newer toolchain than the default. */
function goVersion(source) {
  try {
    return execFileSync('go', ['env', 'GOVERSION', 'GOOS', 'GOARCH'], { cwd: source, encoding: 'utf8' });
  } catch (error) {
    if (error.code === 'ENOENT') throw new Error(HOW_TO_GET_GO);
    throw error;
  }
}

/**
 * Builds into a folder of this process, and renames it when it is whole: a build killed half-way leaves nothing that
 * could be taken for a result, and of two builders at once the second finds the first one's work.
 */
async function build(moduleName, source, packages, ldflags, folder) {
  const cache = cacheFolder();
  mkdirSync(cache, { recursive: true });
  removeAbandoned(cache);
  const unfinished = mkdtempSync(join(cache, `unfinished-${process.pid}-`));
  process.stderr.write(
    `Building ${Object.keys(packages).join(' and ')} into ${folder}: some minutes, this once.\n`,
  );
  try {
    for (const [name, path] of Object.entries(packages)) {
      await goBuild(source, ['-ldflags', ldflags, '-o', join(unfinished, name), path], moduleName);
    }
    renameSync(unfinished, folder);
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
  }
}

function goBuild(source, args, moduleName) {
  return new Promise((resolve, reject) => {
    const go = spawn('go', ['build', '-trimpath', '-buildvcs=false', ...args], {
      cwd: source,
      env: { ...process.env, CGO_ENABLED: '0' },
      stdio: ['ignore', 2, 2],
    });
    const stop = () => go.kill('SIGTERM');
    process.once('exit', stop);
    go.once('error', reject);
    go.once('close', (code, signal) => {
      process.removeListener('exit', stop);
      if (code === 0) resolve();
      else reject(new Error(`go build in test/e2e/${moduleName} failed (${signal ?? `exit code ${code}`})`));
    });
  });
}

/** Folders of builders that were killed: their process is gone. */
function removeAbandoned(cache) {
  for (const name of readdirSync(cache)) {
    const pid = /^unfinished-(\d+)-/.exec(name)?.[1];
    if (pid !== undefined && !isRunning(Number(pid)))
      rmSync(join(cache, name), { recursive: true, force: true });
  }
}

function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
