import { openFolderHistory } from '../history/folder-history.js';
import { openMemoryHistory } from '../history/memory-history.js';
import { threadedGzip } from '../history/pack.js';
import type { Gzip } from '../history/pack.js';
import { openSecretHistory } from '../history/secret-history.js';
import type { HistoryStore } from '../history/store.js';
import type { Values } from '../settings/read.js';
import { namespaceFor } from './cluster.js';
import type { Cluster } from './cluster.js';
import type { Ports } from './ports.js';

export interface OpenHistory {
  readonly store: HistoryStore;
  /** Whether people reach it, and it outlives us. */
  readonly durable: boolean;
}

/** Where the settings say that last good and decisions are kept; in memory where they say nothing. */
export function openHistory(
  values: Values,
  cluster: Cluster | undefined,
  ports: Ports,
  gzip: Gzip = threadedGzip,
): OpenHistory {
  const revisionHistory = values['revision-history'];
  const name = values['history-secret'];
  const dir = values['data-dir'];
  if (name !== undefined && cluster !== undefined) {
    const namespace = namespaceFor('history-namespace', values['history-namespace'], cluster);
    const slots = values['history-slots'];
    const { client } = cluster;
    return {
      store: openSecretHistory({ ...ports, client, namespace, name, slots, revisionHistory, gzip }),
      durable: true,
    };
  }
  if (dir !== undefined)
    return { store: openFolderHistory({ ...ports, dir, revisionHistory }), durable: true };
  return { store: openMemoryHistory(ports.clock), durable: false };
}
