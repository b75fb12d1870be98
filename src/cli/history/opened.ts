// The history that the settings name, opened for one command.
import type { Command } from 'commander';
import { systemClock } from '../../clock/clock.js';
import { openCluster, SetupError } from '../../controller/cluster.js';
import type { Cluster } from '../../controller/cluster.js';
import { openHistory } from '../../controller/history.js';
import { HistoryError } from '../../history/history-error.js';
import type { HistoryStore } from '../../history/store.js';
import { words } from '../../report/line.js';
import { oneLine } from '../../report/one-line.js';
import { historyProblems } from '../../settings/contradictions.js';
import { readSettings } from '../../settings/read.js';
import { givenSettings } from '../setting-options.js';
import { version } from '../version.js';

export interface Opened {
  readonly store: HistoryStore;
  /** None for a folder. */
  readonly cluster: Cluster | undefined;
}

/** What somebody asked for that cannot be, in words: exit code 2. */
export class WrongUsage extends Error {}

/**
 * Opens the history, does something with it, and closes everything. What goes wrong is told on stderr.
 * @returns the exit code: what `work` gives, 1 where it could not be done, 2 for wrong usage
 */
export async function withHistory(
  command: Command,
  work: (opened: Opened) => Promise<number>,
): Promise<number> {
  try {
    const opened = await openNamedHistory(command);
    try {
      return await work(opened);
    } finally {
      await opened.cluster?.close();
    }
  } catch (error) {
    process.stderr.write(`error: ${wordsFor(error)}\n`);
    return isWrongUsage(error) ? 2 : 1;
  }
}

/** @throws WrongUsage, SetupError; ConnectionError where there is no cluster */
export async function openNamedHistory(command: Command): Promise<Opened> {
  const namespace: unknown = command.getOptionValue('namespace');
  const given = {
    ...givenSettings(command),
    ...(typeof namespace === 'string' && { 'history-namespace': [namespace] }),
  };
  const { values, problems } = readSettings(given, process.env);
  const [problem] = [...problems, ...historyProblems(values)];
  if (problem !== undefined) throw new WrongUsage(`${problem.setting} ${problem.problem}`);
  const ports = { clock: systemClock, random: Math.random, report: () => undefined };
  const cluster =
    values['history-secret'] === undefined
      ? undefined
      : await openCluster(values, process.env, ports, `silverback/${version()}`);
  const { store, durable } = openHistory(values, cluster, ports);
  if (durable) return { store, cluster };
  throw new WrongUsage(
    'which history? Name it with --history-secret (in Kubernetes) or --data-dir (without), as silverback run is told it',
  );
}

export const isWrongUsage = (error: unknown): boolean =>
  error instanceof WrongUsage || error instanceof SetupError;

/** What went wrong, in one line. */
export function wordsFor(error: unknown): string {
  if (error instanceof HistoryError) return oneLine(words(error.trouble));
  return oneLine(error instanceof Error ? error.message : String(error));
}
