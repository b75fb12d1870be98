import type { Finding } from '../../config/finding.js';
import type { FindingStatus } from '../../server/diagnostics/status.js';
import type { Said } from '../config-loop.js';
import type { Inspector } from './inspector.js';

/** As many are shown. */
const SHOWN = 100;
const GRAVITY = { error: 0, hold: 1, warning: 2 } as const;

/** The findings on the newest sources, and the lines that they point to. */
export interface Findings {
  /** With excerpts as far as they are made; asking begins to make them. */
  readonly now: () => readonly FindingStatus[];
  /** Resolves once they are made. */
  readonly settled: () => Promise<void>;
}

export function createFindings(
  said: () => Said | undefined,
  inspector: Pick<Inspector, 'excerpts'>,
): Findings {
  let of: Said | undefined;
  let shown: readonly FindingStatus[] = [];
  let making: Promise<void> = Promise.resolve();

  const make = async (judged: Said, findings: readonly Finding[]): Promise<void> => {
    const files = new Set(findings.map(({ file }) => file));
    const texts = judged.snapshot.sources.flatMap((source) =>
      source.texts.filter(({ file }) => files.has(file)),
    );
    if (texts.length === 0) return;
    const excerpts = await inspector.excerpts(texts, findings);
    if (of !== judged) return;
    shown = findings.map((finding, at) => {
      const excerpt = excerpts[at];
      return excerpt === undefined ? finding : { ...finding, excerpt };
    });
  };

  const now = (): readonly FindingStatus[] => {
    const judged = said();
    if (judged === of) return shown;
    of = judged;
    shown = [...(judged?.findings ?? [])]
      .sort((one, other) => GRAVITY[one.severity] - GRAVITY[other.severity])
      .slice(0, SHOWN);
    // Without them the findings say enough.
    if (judged !== undefined) making = make(judged, shown).catch(() => undefined);
    return shown;
  };

  return {
    now,
    settled() {
      now();
      return making;
    },
  };
}
