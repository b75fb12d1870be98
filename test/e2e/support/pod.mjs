/**
 * What a pod has and a process on this machine has not, for `node --import`: the pod network, and the service account
 * where the kubelet mounts it. The program itself is the built one, and knows nothing of this.
 *
 * Pods have addresses 10.x.y.z and fd00::x:y:z, because the API server takes no EndpointSlice with loopback addresses.
 * Behind each is 127.x.y.z, which needs no rights and no network.
 */
import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';
import { join } from 'node:path';

const MOUNTED_AT = '/var/run/secrets/kubernetes.io/serviceaccount/';
const serviceAccount = process.env.E2E_SERVICE_ACCOUNT_FOLDER;

function onLoopback(host) {
  const v6 = /^\[?fd00::([0-9a-f]+):([0-9a-f]+):([0-9a-f]+)\]?$/.exec(host);
  if (v6 !== null)
    return `127.${v6
      .slice(1)
      .map((part) => Number.parseInt(part, 16))
      .join('.')}`;
  return host.replace(/^10\./, '127.');
}

const connect = net.Socket.prototype.connect;
net.Socket.prototype.connect = function (...args) {
  // net.connect hands over its arguments in one array, tls.connect does not.
  const [options] = Array.isArray(args[0]) ? args[0] : args;
  if (typeof options?.host === 'string') options.host = onLoopback(options.host);
  return connect.apply(this, args);
};

if (serviceAccount !== undefined) {
  const readFile = fs.readFile;
  fs.readFile = (path, ...rest) => {
    const mounted = typeof path === 'string' && path.startsWith(MOUNTED_AT);
    return readFile(mounted ? join(serviceAccount, path.slice(MOUNTED_AT.length)) : path, ...rest);
  };
  syncBuiltinESMExports();
}
