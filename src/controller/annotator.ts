import type { KubeClient } from '../kube/client/client.js';
import { CONFIG_MAPS, SECRETS } from '../kube/client/resource.js';
import { cutToBytes } from '../kube/events/event.js';
import { createTokenBucket } from '../kube/events/token-bucket.js';
import type { TokenBucket } from '../kube/events/token-bucket.js';
import { KubeError } from '../kube/kube-error.js';
import { digestOf } from '../history/provenance.js';
import type { Happening } from '../report/happening.js';
import { oneLine } from '../report/one-line.js';
import type { SourceSnapshot } from '../sources/follow.js';
import { sameTexts } from '../sources/source.js';
import type { Source } from '../sources/source.js';
import { STATE_ANNOTATIONS } from '../sources/state-annotations.js';
import type { Agreed, Judgement } from './judge.js';
import type { Ports } from './ports.js';
import { stateOf } from './source-state.js';
import type { SourceState, StateView } from './source-state.js';

export interface AnnotatorOptions extends Ports {
  readonly client: Pick<KubeClient, 'patch'>;
  /** Asked right before each write. */
  readonly leading: () => boolean;
  readonly snapshot: () => SourceSnapshot;
  /** Why a revision may not be pushed any more; `undefined` where it may. */
  readonly withdrawn: (revision: string) => string | undefined;
  /** Why a revision that was agreed to waits for an approval; `undefined` where it does not. */
  readonly held: (revision: string) => readonly string[] | undefined;
  /** What last good holds of a source, by its digest. */
  readonly lastGood: (name: string) => string | undefined;
}

/** Notes on each source what became of it, for people and for GitOps tools; only the leader, only what has changed. */
export interface Annotator {
  readonly judged: (judgement: Judgement, agreed: Agreed | undefined, snapshot: SourceSnapshot) => void;
  readonly happened: (happening: Happening) => void;
  /** Something that decides has changed. */
  readonly look: () => void;
  readonly stop: () => void;
}

/** Of one object: whoever fights over its annotations is not fought at full speed. */
const PER_SOURCE = { burst: 6, refillMs: 20_000 };
const OVERALL = { burst: 50, refillMs: 200 };
/** When what could not be written is tried again (ms). */
const RETRY_MS = 20_000;
const LONGEST_MESSAGE_BYTES = 800;

/** What was said of which sources. */
interface Judged {
  readonly judgement: Judgement;
  readonly agreed: Agreed | undefined;
  readonly sources: ReadonlyMap<string, Source>;
}

type Annotations = Readonly<Record<string, string | null>>;

/** Every one of them: `null` takes one away that says something of before. */
function annotationsOf(source: Source, { state, message, revision }: SourceState): Annotations {
  return {
    [STATE_ANNOTATIONS.state]: state,
    [STATE_ANNOTATIONS.digest]: `sha256:${digestOf(source)}`,
    [STATE_ANNOTATIONS.message]: cutToBytes(oneLine(message), LONGEST_MESSAGE_BYTES),
    [STATE_ANNOTATIONS.revision]: revision ?? null,
    [STATE_ANNOTATIONS.sizes]: source.sizes ?? null,
    [STATE_ANNOTATIONS.gitSha]: source.gitSha ?? null,
  };
}

const isNoted = ({ noted = {} }: Source, annotations: Annotations): boolean =>
  Object.entries(annotations).every(([name, value]) => (noted[name] ?? null) === value);

export function startAnnotator(options: AnnotatorOptions): Annotator {
  const { client, clock, report, leading } = options;
  let last: Judged | undefined;
  let served: string | undefined;
  let behind: { readonly revision: string; readonly names: readonly string[] } | undefined;
  const moved = new Set<string>();
  const limits = new Map<string, TokenBucket>();
  const overall = createTokenBucket(clock, OVERALL);
  const stopping = new AbortController();
  let told = '';
  let writing = false;
  let asked = 0;
  let cancelRetry = (): void => undefined;

  const retryLater = (): void => {
    cancelRetry();
    cancelRetry = clock.after(RETRY_MS, look);
  };

  const viewOf = ({ judgement, agreed }: Judged): StateView => ({
    judgement,
    agreed,
    served: agreed !== undefined && served === agreed.revision.id,
    behind: agreed !== undefined && behind?.revision === agreed.revision.id ? behind.names : [],
    withdrawn: agreed && options.withdrawn(agreed.revision.id),
    held: agreed && options.held(agreed.revision.id),
    lastGood: options.lastGood,
    moved: (name) => moved.has(name),
  });

  const mayWrite = (name: string): boolean => {
    const limit = limits.get(name) ?? createTokenBucket(clock, PER_SOURCE);
    limits.set(name, limit);
    return limit.take() && overall.take();
  };

  const write = async (source: Source, annotations: Annotations): Promise<void> => {
    const { object, resourceVersion } = source;
    if (object === undefined) return;
    const resource = object.kind === 'Secret' ? SECRETS : CONFIG_MAPS;
    const at = { resource, namespace: object.namespace, name: object.name };
    try {
      // With the version that was judged: what has changed since is judged, and noted, by itself.
      const body = { metadata: { annotations, resourceVersion } };
      await client.patch(at, body, () => undefined, { signal: stopping.signal });
      told = '';
    } catch (error) {
      if (stopping.signal.aborted) return;
      // Gone, or changed meanwhile: the watch tells.
      if (error instanceof KubeError && (error.status === 404 || error.status === 409)) return;
      const reason = error instanceof Error ? error.message : String(error);
      if (reason !== told) report({ kind: 'annotation-failed', source: source.name, reason });
      told = reason;
      retryLater();
    }
  };

  /** What is to be noted on the sources that were judged and still are what they were. */
  const due = function* (): Generator<readonly [Source, Annotations]> {
    if (last === undefined) return;
    const judged = last;
    const view = viewOf(judged);
    for (const source of options.snapshot().sources) {
      if (source.object === undefined || source.texts.length === 0) continue;
      const known = judged.sources.get(source.name);
      if (known === undefined || !sameTexts(known, source)) continue;
      const digest = `sha256:${digestOf(source)}`;
      const noted = source.noted?.[STATE_ANNOTATIONS.digest];
      if (noted !== digest) moved.add(source.name);
      const annotations = annotationsOf(source, stateOf(source, view));
      if (!isNoted(source, annotations)) yield [source, annotations];
    }
  };

  const writeAll = async (): Promise<void> => {
    const written = new Set<string>();
    let taken: number;
    do {
      taken = asked;
      for (const [source, annotations] of due()) {
        if (!leading() || stopping.signal.aborted) return;
        const version = `${source.name} ${source.resourceVersion ?? ''}`;
        // What we have written comes back by the watch, and is a new version then.
        if (written.has(version)) continue;
        if (!mayWrite(source.name)) {
          retryLater();
          continue;
        }
        written.add(version);
        await write(source, annotations);
      }
    } while (taken !== asked);
  };

  const look = (): void => {
    if (!leading() || stopping.signal.aborted) return;
    asked += 1;
    if (writing) return;
    writing = true;
    void writeAll().finally(() => (writing = false));
  };

  return {
    judged(judgement, agreed, { sources }) {
      if (agreed?.revision.id !== last?.agreed?.revision.id) served = undefined;
      last = { judgement, agreed, sources: new Map(sources.map((source) => [source.name, source])) };
      look();
    },
    happened(happening) {
      if (happening.kind === 'converged') {
        served = happening.revision;
        behind = undefined;
      } else if (happening.kind === 'converged-but') {
        behind = { revision: happening.revision, names: happening.behind };
      } else return;
      look();
      if (happening.kind === 'converged' && happening.revision === last?.agreed?.revision.id) moved.clear();
    },
    look,
    stop() {
      stopping.abort();
      cancelRetry();
    },
  };
}
