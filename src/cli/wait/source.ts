// A source as it is in the cluster now.
import { systemClock } from '../../clock/clock.js';
import { SEALING_VERSION } from '../../config/seal/seal.js';
import { openCluster } from '../../controller/cluster.js';
import { provenanceOf } from '../../history/provenance.js';
import { CONFIG_MAPS, SECRETS } from '../../kube/client/resource.js';
import { KubeError } from '../../kube/kube-error.js';
import type { Values } from '../../settings/read.js';
import { sourceOf } from '../../sources/objects.js';
import type { Source } from '../../sources/source.js';
import { version } from '../version.js';
import type { Want } from './verdict.js';

/** What was asked for is not there, or holds nothing. */
export class NoSuchSource extends Error {}

/**
 * What to wait for: the texts of a ConfigMap or, where there is none of that name, a Secret.
 * @param written `namespace/name`
 * @throws NoSuchSource; ConnectionError, KubeError
 */
export async function sourceNow(written: string, values: Values): Promise<Want> {
  const [namespace = '', name = ''] = written.split('/');
  const ports = { clock: systemClock, random: Math.random, report: () => undefined };
  const cluster = await openCluster(values, process.env, ports, `silverback/${version()}`);
  const read = async (kind: 'ConfigMap' | 'Secret'): Promise<Source | undefined> => {
    const resource = kind === 'Secret' ? SECRETS : CONFIG_MAPS;
    try {
      return await cluster.client.get({ resource, namespace, name }, (object) => sourceOf(kind, object));
    } catch (error) {
      if (error instanceof KubeError && error.status === 404) return undefined;
      throw error;
    }
  };
  try {
    const source = (await read('ConfigMap')) ?? (await read('Secret'));
    if (source === undefined) throw new NoSuchSource(`there is neither a ConfigMap nor a Secret ${written}`);
    const digest = provenanceOf([source], SEALING_VERSION).sources[0]?.digest;
    if (digest === undefined)
      throw new NoSuchSource(`${source.name} holds no configuration: no key ends in .yaml, .yml or .json`);
    return { kind: 'source', name: source.name, digest };
  } finally {
    await cluster.close();
  }
}
