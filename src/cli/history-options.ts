import type { Command } from 'commander';
import type { SettingName } from '../settings/table.js';
import { addSettingOptions } from './setting-options.js';

/** The settings of `silverback run` that say where the history is. */
const PLACE: readonly SettingName[] = ['history-secret', 'history-namespace', 'data-dir', 'kubeconfig'];

/** Where the history is; the environment of `silverback run` says so, too. */
export function addHistoryOptions(command: Command): Command {
  return addSettingOptions(command, PLACE).option('-n, --namespace <name>', 'short for --history-namespace');
}

export const EXIT_CODES = 'Exit codes: 0 done, 1 not done, 2 wrong usage.';

/** How these commands find the history, for their help. */
export const WHERE = `
The history is found by the settings and variables of silverback run. In the cluster, in the audit as Silverback's ServiceAccount:
  $ kubectl -n kong exec deploy/silverback -- silverback history --history-secret silverback-history
from elsewhere, under your own name and with your own rights (get and patch on the Secret):
  $ silverback history --history-secret silverback-history -n kong`;
