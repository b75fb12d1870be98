import type { Finding } from '../config/finding.js';
import type { Revision } from '../config/revision.js';
import type { ObjectRef } from '../report/happening.js';
import type { SourceSnapshot } from '../sources/follow.js';
import { debounced } from './debounce.js';
import type { Missing } from './desired.js';
import { isUnjudged, judge } from './judge.js';
import type { Agreed, JudgeSettings, Judgement } from './judge.js';
import type { Past } from './past.js';
import type { Ports } from './ports.js';
import type { Quarantined } from './quarantine.js';
import { remembering } from './remembering.js';
import type { Examiner } from './remembering.js';
import type { Source } from '../sources/source.js';
import { createWarmUp } from './warm-up.js';

export interface ConfigLoopOptions extends Ports {
  readonly compiler: Examiner;
  readonly snapshot: () => SourceSnapshot;
  readonly quietMs: number;
  readonly settings: JudgeSettings;
  readonly past: () => Past;
  /** What the gateways are kept on meanwhile, by its id. */
  readonly kept: () => string | undefined;
  /** Told after each compilation of the plugins that could not be checked. */
  readonly onUnchecked: (plugins: readonly string[]) => void;
  readonly onRevision: (revision: Revision, sources: readonly Source[]) => void;
  /** Told after each judgement, with what it was about and what is agreed to since. */
  readonly onJudged?: (judgement: Judgement, agreed: Agreed | undefined, snapshot: SourceSnapshot) => void;
  /** What was agreed to before there was any last good is not agreed to any more, now that there is one. */
  readonly onRetracted: () => void;
  /** What is held now; `undefined` once nothing is any more. */
  readonly onHeld: (held: HeldRevision | undefined) => void;
}

export interface HeldRevision {
  readonly revision: string;
  readonly reasons: readonly string[];
  readonly codes: readonly string[];
}

/** What was said of the sources last, for people. */
export interface Said {
  readonly verdict: 'valid' | 'held' | 'invalid';
  /** Since when that is the verdict (monotonic ms). */
  readonly since: number;
  readonly findings: readonly Finding[];
  readonly quarantined: readonly Quarantined[];
  readonly missing: readonly Missing[];
  /** The sources as they were when they were judged, the broken ones included. */
  readonly snapshot: SourceSnapshot;
  /** What is held. */
  readonly held: Revision | undefined;
}

/** Sources in, desired revision out: debounced, compiled off the event loop, and judged. */
export interface ConfigLoop {
  /** The sources have changed. */
  readonly changed: () => void;
  /** Whether the first snapshot has been judged, with whatever verdict. */
  readonly judged: () => boolean;
  readonly held: () => boolean;
  readonly valid: () => boolean;
  /** What would be decided if the sources were so; nothing comes of it. */
  readonly tryOut: (compiler: Examiner, snapshot: SourceSnapshot) => Promise<Judgement>;
  /** `undefined` until the first judgement. */
  readonly said: () => Said | undefined;
  /** The sources as they were when they were agreed to last, by name; those that held nothing are left out. */
  readonly agreed: () => ReadonlyMap<string, Source>;
  /** When the change of the sources that led to a revision was seen (ms), where nothing has changed since it was accepted. */
  readonly changeSeenAt: (revision: string) => number | undefined;
  readonly stop: () => void;
}

const objectsOf = (snapshot: SourceSnapshot): ObjectRef[] =>
  snapshot.sources.flatMap(({ object, texts }) => (object !== undefined && texts.length > 0 ? [object] : []));

/** The objects that findings are about, by the names of their texts; all of them where no finding names one. */
function objectsAtFault(snapshot: SourceSnapshot, findings: readonly Finding[]): ObjectRef[] {
  const files = new Set(findings.map(({ file }) => file));
  const named = snapshot.sources.filter(({ texts }) => texts.some(({ file }) => files.has(file)));
  const unreadable = snapshot.unreadable.flatMap(({ object }) => object ?? []);
  const objects = [...objectsOf({ sources: named, unreadable: [] }), ...unreadable];
  return objects.length > 0 ? objects : objectsOf(snapshot);
}

/** All that there is to say of what was judged; a hold's reasons count, whether a finding says them or not. */
function findingsOf({ decision, compilation, quarantined }: Judgement): Finding[] {
  const kept = quarantined.flatMap((each) => each.findings);
  if (decision.kind === 'invalid') return [...decision.findings, ...kept];
  const found = [...compilation.findings, ...kept];
  if (decision.kind !== 'held') return found;
  const holds = decision.reasons.map((message): Finding => ({ severity: 'hold', code: 'held', message }));
  return [...found.filter(({ severity }) => severity !== 'hold'), ...holds];
}

export function startConfigLoop(options: ConfigLoopOptions): ConfigLoop {
  const { clock, report } = options;
  const compiler = remembering(options.compiler);
  let agreed: Agreed | undefined;
  let toldMissing = new Set<string>();
  let last: 'good' | 'held' | 'invalid' | undefined;
  let said: Said | undefined;
  /** What was said last, so that a snapshot that changes nothing is not told again. */
  let told = '';
  /** When the first change was seen that was not judged yet. */
  let changedAt: number | undefined;
  let accepted: { readonly revision: string; readonly seenAt: number } | undefined;

  const tellMissing = (missing: readonly Missing[]): void => {
    for (const { name, object } of missing) {
      if (toldMissing.has(name)) continue;
      report({ kind: 'source-vanished', source: name, ...(object !== undefined && { object }) });
    }
    toldMissing = new Set(missing.map(({ name }) => name));
  };

  const once = (key: unknown, tell: () => void): void => {
    const text = JSON.stringify(key);
    if (text !== told) tell();
    told = text;
  };

  const tellQuarantined = (quarantined: readonly Quarantined[]): void => {
    for (const { source, findings } of quarantined) {
      const object = source.object !== undefined && { object: source.object };
      report({ kind: 'source-quarantined', source: source.name, ...object, findings });
    }
  };

  const agreeTo = (revision: Revision, { sources }: SourceSnapshot, { lastGood }: Past): void => {
    const holding = sources.filter(({ texts }) => texts.length > 0);
    agreed = {
      revision,
      sources: new Map(holding.map((source) => [source.name, source])),
      blindly: lastGood === undefined,
    };
  };

  const retractUnjudged = (past: Past): void => {
    if (agreed === undefined || !isUnjudged(agreed, past)) return;
    agreed = undefined;
    options.onRetracted();
  };

  const take = (judgement: Judgement, past: Past, durationMs: number, seenAt: number): void => {
    const { decision, compilation, snapshot, quarantined, missing } = judgement;
    if (decision.kind === 'held' || decision.kind === 'invalid') retractUnjudged(past);
    const kept = options.kept();
    const invalid = (findings: readonly Finding[], objects: readonly ObjectRef[]): void => {
      once(['invalid', findings, kept], () =>
        report({ kind: 'config-invalid', findings, durationMs, objects, kept }),
      );
    };
    last = decision.kind === 'invalid' || quarantined.length > 0 ? 'invalid' : 'good';
    switch (decision.kind) {
      case 'invalid': {
        invalid(decision.findings, objectsAtFault(snapshot, decision.findings));
        return;
      }
      case 'held': {
        const { reasons, codes, revision } = decision;
        const gone = missing.flatMap(({ object }) => object ?? []);
        const objects = [...objectsAtFault(snapshot, compilation.findings), ...gone];
        last = 'held';
        once(['held', revision.id, reasons, quarantined, kept], () => {
          tellQuarantined(quarantined);
          report({ kind: 'config-held', revision: revision.id, reasons, codes, objects, kept });
        });
        return;
      }
      case 'same':
        if (agreed !== undefined) agreeTo(agreed.revision, snapshot, past);
        if (quarantined.length === 0) told = '';
        else {
          const findings = quarantined.flatMap((each) => each.findings);
          invalid(
            findings,
            quarantined.flatMap(({ source }) => source.object ?? []),
          );
        }
        return;
      case 'adopt': {
        const { revision } = decision;
        const again = revision.id === agreed?.revision.id;
        agreeTo(revision, snapshot, past);
        accepted = { revision: revision.id, seenAt };
        if (again) return;
        told = '';
        tellQuarantined(quarantined);
        report({
          kind: 'config-compiled',
          revision: revision.id,
          counts: revision.counts,
          bytes: revision.bytes.length,
          durationMs,
          findings: compilation.findings,
          sources: objectsOf(snapshot),
        });
        report({ kind: 'desired-changed', revision: revision.id, previous: kept });
        options.onRevision(revision, snapshot.sources);
      }
    }
  };

  const say = (snapshot: SourceSnapshot, what: Omit<Said, 'verdict' | 'since' | 'snapshot'>): void => {
    const verdict = last === 'held' || last === 'invalid' ? last : 'valid';
    const since = said?.verdict === verdict ? said.since : clock.now();
    said = { verdict, since, snapshot, ...what };
  };

  const tryOut = (other: Examiner, snapshot: SourceSnapshot): Promise<Judgement> =>
    judge(other, snapshot, agreed, options.past(), options.settings);

  const look = async (warmUpMs: number): Promise<void> => {
    const startedAt = clock.now();
    const snapshot = options.snapshot();
    const past = options.past();
    const seenAt = changedAt ?? startedAt;
    changedAt = undefined;
    const judgement = await judge(compiler, snapshot, agreed, past, options.settings);
    options.onUnchecked(judgement.compilation.unchecked ?? []);
    tellMissing(judgement.missing);
    take(judgement, past, warmUpMs + clock.now() - startedAt, seenAt);
    const { decision, quarantined, missing } = judgement;
    say(snapshot, {
      findings: findingsOf(judgement),
      quarantined,
      missing,
      held: decision.kind === 'held' ? decision.revision : undefined,
    });
    const { reasons = [], codes = [] } = decision.kind === 'held' ? decision : {};
    options.onHeld(decision.kind === 'held' ? { revision: decision.revision.id, reasons, codes } : undefined);
    options.onJudged?.(judgement, agreed, snapshot);
  };

  const warmUp = createWarmUp(clock, options.quietMs, () => tryOut(compiler, options.snapshot()));

  const lookOrSay = async (warmUpMs: number): Promise<void> => {
    try {
      await look(warmUpMs);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      last = 'invalid';
      const finding = { severity: 'error', code: 'compile-failed', message: reason } as const;
      say(options.snapshot(), { findings: [finding], quarantined: [], missing: [], held: undefined });
      report({ kind: 'compile-failed', reason });
    } finally {
      compiler.forget();
    }
  };

  const loop = debounced(clock, options.quietMs, () => warmUp.followedBy(lookOrSay));

  return {
    changed() {
      changedAt ??= clock.now();
      // Whatever becomes of it now is owed to this change.
      accepted = undefined;
      // It may not be the sources: what a compilation makes of the same texts hangs on the plugins that are known, too.
      compiler.forget();
      warmUp.changed();
      loop.changed();
    },
    judged: () => last !== undefined,
    held: () => last === 'held',
    valid: () => last !== 'invalid',
    tryOut,
    said: () => said,
    agreed: () => agreed?.sources ?? new Map(),
    changeSeenAt: (revision) => (accepted?.revision === revision ? accepted.seenAt : undefined),
    stop() {
      warmUp.stop();
      loop.stop();
    },
  };
}
