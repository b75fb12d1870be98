// What a sync came to, for people and for programs.
import { shortId } from '../../config/revision.js';
import type { Revision } from '../../config/revision.js';
import { seconds } from '../../report/line.js';
import type { Painter } from './progress.js';

export interface GatewayResult {
  readonly name: string;
  readonly url: string;
  readonly result: 'pushed' | 'in-sync' | 'failed' | 'not-pushed';
  readonly loadMs?: number;
  /** Stable class of what went wrong, e.g. `timeout`, `400`. */
  readonly code?: string;
  readonly reason?: string;
}

const COUNTED = [
  ['pushed', 'pushed'],
  ['in-sync', 'had it already'],
  ['failed', 'failed'],
  ['not-pushed', 'not pushed'],
] as const;

export const isDone = ({ result }: GatewayResult): boolean => result === 'pushed' || result === 'in-sync';

/** One line for each gateway that does not serve it, then one for all. */
export function summaryLines(
  revision: Revision,
  results: readonly GatewayResult[],
  durationMs: number,
  paint: Painter,
): string[] {
  const behind = results.filter((each) => !isDone(each));
  const counts = COUNTED.map(
    ([result, word]) => [results.filter((each) => each.result === result).length, word] as const,
  );
  const parts = counts.filter(([count]) => count > 0).map(([count, word]) => `${count} ${word}`);
  const done = `${results.length - behind.length} of ${results.length} gateways serve ${shortId(revision.id)} after ${seconds(durationMs)}`;
  return [
    ...behind.map(
      ({ name, result, reason = '' }) =>
        `${name} ${result === 'failed' ? 'failed' : 'was not pushed to'}: ${reason}`,
    ),
    paint(behind.length === 0 ? 'green' : 'red', `${done}: ${parts.join(', ')}`),
  ];
}

/** What the JSON holds (docs/sync.md): its keys are an interface that scripts rely on. */
export interface Report {
  readonly ok: boolean;
  readonly dryRun: boolean;
  readonly [more: string]: unknown;
}

export const toJson = (report: Report): string => `${JSON.stringify({ version: 1, ...report }, null, 2)}\n`;
