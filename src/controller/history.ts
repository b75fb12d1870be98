import { openFolderHistory } from '../history/folder-history.js';
import { openSecretHistory } from '../history/secret-history.js';
import type { HistoryStore } from '../history/store.js';
import type { Values } from '../settings/read.js';
import { namespaceFor } from './cluster.js';
import type { Cluster } from './cluster.js';
import type { Ports } from './ports.js';

/**
 * Where the settings say that the history is kept; undefined where they name no place.
 * @throws SetupError when there is no namespace for its Secrets
 */
export function openHistory(
  values: Values,
  cluster: Cluster | undefined,
  { clock, random }: Pick<Ports, 'clock' | 'random'>,
): HistoryStore | undefined {
  const revisionHistory = values['revision-history'];
  const [name, dir] = [values['history-secret'], values['data-dir']];
  if (name !== undefined && cluster !== undefined) {
    const namespace = namespaceFor('history-namespace', values['history-namespace'], cluster);
    const slots = values['history-slots'];
    return openSecretHistory({
      client: cluster.client,
      namespace,
      name,
      slots,
      revisionHistory,
      clock,
      random,
    });
  }
  return dir === undefined ? undefined : openFolderHistory({ dir, revisionHistory, clock, random });
}
