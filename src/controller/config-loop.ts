import type { Finding } from '../config/finding.js';
import type { Revision } from '../config/revision.js';
import type { ObjectRef } from '../report/happening.js';
import type { SourceSnapshot } from '../sources/follow.js';
import type { AsyncCompiler } from './compiler.js';
import { debounced } from './debounce.js';
import { decide, missingSources, remember } from './desired.js';
import type { Decision, Missing, SourceMemory } from './desired.js';
import type { Ports } from './ports.js';

export interface ConfigLoopOptions extends Ports {
  readonly compiler: AsyncCompiler;
  readonly snapshot: () => SourceSnapshot;
  readonly quietMs: number;
  readonly allowEmpty: boolean;
  /** Told after each compilation of the plugins that could not be checked. */
  readonly onUnchecked: (plugins: readonly string[]) => void;
  readonly onRevision: (revision: Revision, sources: readonly ObjectRef[]) => void;
}

/** Sources in, desired revision out: debounced, compiled off the event loop, and judged. */
export interface ConfigLoop {
  /** The sources have changed. */
  readonly changed: () => void;
  /** Whether the first snapshot has been judged, with whatever verdict. */
  readonly judged: () => boolean;
  readonly held: () => boolean;
  readonly valid: () => boolean;
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

const NO_ENTITIES = { file: 'no sources', text: new TextEncoder().encode('{"_format_version":"3.0"}') };

export function startConfigLoop(options: ConfigLoopOptions): ConfigLoop {
  const { clock, report, compiler, allowEmpty } = options;
  let current: Revision | undefined;
  let memory: SourceMemory = new Map();
  let toldMissing = new Set<string>();
  let last: Decision['kind'] | undefined;
  /** What was said last, so that a snapshot that changes nothing is not told again. */
  let told = '';

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

  const judge = async (): Promise<void> => {
    const snapshot = options.snapshot();
    const startedAt = clock.now();
    const texts = snapshot.sources.flatMap((source) => source.texts);
    // Nothing at all reads as a configuration without entities: held, or pushed where that is allowed.
    const compilation = await compiler.compile(texts.length > 0 ? texts : [NO_ENTITIES]);
    const durationMs = clock.now() - startedAt;
    options.onUnchecked(compilation.unchecked ?? []);
    const missing = missingSources(memory, snapshot);
    tellMissing(missing);
    const decision = decide(compilation, snapshot, missing, current, allowEmpty);
    last = decision.kind;
    const kept = current?.id;
    switch (decision.kind) {
      case 'invalid': {
        const { findings } = decision;
        const objects = objectsAtFault(snapshot, findings);
        once(['invalid', findings, kept], () =>
          report({ kind: 'config-invalid', findings, durationMs, objects, kept }),
        );
        return;
      }
      case 'held': {
        const { reasons, codes, revision } = decision;
        const gone = missing.flatMap(({ object }) => object ?? []);
        const objects = [...objectsAtFault(snapshot, compilation.findings), ...gone];
        once(['held', revision?.id, reasons, kept], () =>
          report({ kind: 'config-held', revision: revision?.id, reasons, codes, objects, kept }),
        );
        return;
      }
      case 'same':
        memory = remember(snapshot);
        told = '';
        return;
      case 'adopt': {
        const { revision } = decision;
        const sources = objectsOf(snapshot);
        memory = remember(snapshot);
        current = revision;
        told = '';
        report({
          kind: 'config-compiled',
          revision: revision.id,
          counts: revision.counts,
          bytes: revision.bytes.length,
          durationMs,
          findings: compilation.findings,
          sources,
        });
        report({ kind: 'desired-changed', revision: revision.id, previous: kept });
        options.onRevision(revision, sources);
      }
    }
  };

  const loop = debounced(clock, options.quietMs, async () => {
    try {
      await judge();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      last = 'invalid';
      report({ kind: 'compile-failed', reason });
    }
  });

  return {
    changed: loop.changed,
    judged: () => last !== undefined,
    held: () => last === 'held',
    valid: () => last !== 'invalid',
    stop: loop.stop,
  };
}
