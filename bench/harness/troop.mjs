// Controllers as users run them (the built program, processes of their own), gateways in another process, and a Kubernetes API
// in this one.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { startKubeEmulator } from '../../dist/emulator/kube/kube-emulator.js';
import { startSinks } from '../fan-out/sinks.mjs';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
/** As the EndpointSlice controller fills them. */
const PER_SLICE = 100;

const sliceOf = (number, endpoints, port, tls) => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { name: `admin-${number}`, namespace: 'kong', labels: { 'kubernetes.io/service-name': 'admin' } },
  addressType: 'IPv4',
  ports: [{ name: tls ? 'admin-tls' : 'admin', port, protocol: 'TCP' }],
  endpoints,
});

const endpointOf = (host, number, ready = true) => ({
  addresses: [host],
  conditions: { ready, serving: ready, terminating: false },
  targetRef: { kind: 'Pod', name: `kong-${number}`, namespace: 'kong', uid: `uid-${number}` },
});

/** A controller; its log lines are kept, and can be waited for. */
function startController(args, execArgv) {
  const child = spawn(process.execPath, [...execArgv, MAIN, 'run', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = [];
  const listeners = new Set();
  createInterface({ input: child.stdout }).on('line', (text) => {
    const line = JSON.parse(text);
    lines.push(line);
    for (const listener of [...listeners]) listener(line);
  });
  return {
    pid: child.pid,
    lines,
    /** The next line that fits, or one that was said already. */
    said: (fits) =>
      new Promise((resolve) => {
        const known = lines.find(fits);
        if (known !== undefined) return resolve(known);
        const listener = (line) => {
          if (!fits(line)) return;
          listeners.delete(listener);
          resolve(line);
        };
        listeners.add(listener);
      }),
    async stop(signal = 'SIGTERM') {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill(signal);
      await ended;
    },
  };
}

/** @param {{gateways: number, tls?: object, args?: string[]}} options */
export async function createTroop({ gateways, tls, args = [] }) {
  const folder = await mkdtemp(join(tmpdir(), 'silverback-bench-'));
  const kube = await startKubeEmulator();
  const sinks = await startSinks(gateways, tls);
  const file = async (name, text) => {
    await writeFile(join(folder, name), text);
    return join(folder, name);
  };
  const kubeconfig = await file('kubeconfig', kube.kubeconfig({ namespace: 'silverback' }));
  const credentials = tls
    ? [
        ['--kong-admin-ca-cert-file', await file('ca', tls.ca)],
        ['--kong-admin-tls-client-cert-file', await file('cert', tls.cert)],
        ['--kong-admin-tls-client-key-file', await file('key', tls.key)],
        ['--kong-admin-tls-server-name', 'localhost'],
      ].flat()
    : [];
  const standard = [
    ['--kubeconfig', kubeconfig, '--kong-admin-svc', 'kong/admin', '--config-selector', 'config=true'],
    ['--leader-elect', 'on', '--canary=false', '--adopt'],
    ['--health-probe-bind-address', '127.0.0.1:0', '--metrics-bind-address', '127.0.0.1:0'],
    ['--diagnostics-bind-address', 'off'],
    credentials,
    args,
  ].flat();
  const controllers = [];
  /** Shows the first `count` gateways in the Service's slices. */
  const show = (count, readiness = () => true) => {
    for (let first = 0; first < count; first += PER_SLICE) {
      const hosts = sinks.hosts.slice(first, Math.min(first + PER_SLICE, count));
      const endpoints = hosts.map((host, i) => endpointOf(host, first + i, readiness(first + i)));
      kube.apply(sliceOf(first / PER_SLICE, endpoints, sinks.port, tls !== undefined));
    }
  };
  show(gateways);
  return {
    kube,
    sinks,
    show,
    /** Writes one slice again, some of its gateways left out. */
    showWithout(away, slice) {
      const first = slice * PER_SLICE;
      const numbers = sinks.hosts.slice(first, first + PER_SLICE).map((_, i) => first + i);
      const endpoints = numbers
        .filter((number) => !away.has(number))
        .map((number) => endpointOf(sinks.hosts[number], number));
      kube.apply(sliceOf(slice, endpoints, sinks.port, tls !== undefined));
    },
    setConfig(text) {
      const metadata = { name: 'routes', namespace: 'silverback', labels: { config: 'true' } };
      kube.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { 'kong.json': text } });
    },
    start(more = [], execArgv = []) {
      const controller = startController([...standard, ...more], execArgv);
      controllers.push(controller);
      return controller;
    },
    async close() {
      await Promise.all(controllers.map((controller) => controller.stop('SIGKILL')));
      sinks.stop();
      await kube.close();
      await rm(folder, { recursive: true });
    },
  };
}
