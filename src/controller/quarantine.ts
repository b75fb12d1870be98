import type { Compilation } from '../config/compile.js';
import type { Finding } from '../config/finding.js';
import type { SourceSnapshot } from '../sources/follow.js';
import { sameTexts } from '../sources/source.js';
import type { Source, SourceText } from '../sources/source.js';
import { unreadableFinding } from './desired.js';

/** What a source contributed when it was last accepted; `unknown` where it may have contributed what nobody remembers. */
export type Contribution = Source | 'nothing' | 'unknown';

/** A source that is kept out of the configuration as it is now, and why. */
export interface Quarantined {
  readonly source: Pick<Source, 'name' | 'object'>;
  readonly findings: readonly Finding[];
}

export interface Isolated {
  readonly compilation: Compilation;
  /** What the compilation was made of. */
  readonly snapshot: SourceSnapshot;
  readonly quarantined: readonly Quarantined[];
}

type Compile = (texts: readonly SourceText[]) => Promise<Compilation>;
type Accepted = (name: string) => Contribution;

const textsOf = (sources: readonly Source[]): SourceText[] => sources.flatMap(({ texts }) => texts);

function hasChanged(source: Source, accepted: Accepted): boolean {
  const before = accepted(source.name);
  if (before === 'nothing' || before === 'unknown') return source.texts.length > 0;
  return !sameTexts(source, before);
}

/** The same sources but for some, which are as they were; `undefined` where nobody remembers how that was. */
function putBack(
  sources: readonly Source[],
  names: readonly string[],
  accepted: Accepted,
): Source[] | undefined {
  const before = names.map(accepted);
  if (before.includes('unknown')) return undefined;
  return [
    ...sources.filter(({ name }) => !names.includes(name)),
    ...before.filter((contribution): contribution is Source => typeof contribution === 'object'),
  ];
}

/**
 * Those that an error names. Where none is named, what one of them changed broke another's: the one without whose change all would
 * be well, else all of them.
 */
async function suspectsAmong(
  changed: readonly Source[],
  errors: readonly Finding[],
  validWithout: (name: string) => Promise<boolean>,
): Promise<readonly Source[]> {
  const files = new Set(errors.map(({ file }) => file));
  const named = changed.filter(({ texts }) => texts.some(({ file }) => files.has(file)));
  if (named.length > 0 || changed.length < 2) return named.length > 0 ? named : changed;
  for (const source of changed) if (await validWithout(source.name)) return [source];
  return changed;
}

function quarantine(source: Source, errors: readonly Finding[]): Quarantined {
  const own = errors.filter(({ file }) => source.texts.some((text) => text.file === file));
  return { source, findings: own.length > 0 ? own : errors };
}

/**
 * One team's mistake stops one team: of the sources that changed, those that the errors are about are put back to what they
 * contributed when they were last accepted (nothing, if they are new), and with them whatever cannot stand without them, until the
 * rest is valid. Where that leads nowhere, the first compilation is the result: the whole is invalid.
 */
export async function isolate(
  compile: Compile,
  snapshot: SourceSnapshot,
  accepted: Accepted,
): Promise<Isolated> {
  const whole: Isolated = {
    compilation: await compile(textsOf(snapshot.sources)),
    snapshot,
    quarantined: [],
  };
  if (whole.compilation.valid && snapshot.unreadable.length === 0) return whole;

  const quarantined: Quarantined[] = snapshot.unreadable.map((each) => ({
    source: { name: each.source, ...(each.object !== undefined && { object: each.object }) },
    findings: [unreadableFinding(each)],
  }));
  let sources = putBack(
    snapshot.sources,
    snapshot.unreadable.map(({ source }) => source),
    accepted,
  );
  let { compilation } = whole;
  if (sources !== undefined && quarantined.length > 0) compilation = await compile(textsOf(sources));
  while (sources !== undefined && !compilation.valid) {
    const current = sources;
    const errors = compilation.findings.filter(({ severity }) => severity === 'error');
    // What was put back is as it was accepted, and does not count as changed: the loop ends.
    const changed = current.filter((source) => hasChanged(source, accepted));
    const suspects = await suspectsAmong(changed, errors, async (name) => {
      const others = putBack(current, [name], accepted);
      return others !== undefined && (await compile(textsOf(others))).valid;
    });
    if (suspects.length === 0) return whole;
    quarantined.push(...suspects.map((source) => quarantine(source, errors)));
    sources = putBack(
      current,
      suspects.map(({ name }) => name),
      accepted,
    );
    if (sources !== undefined) compilation = await compile(textsOf(sources));
  }
  return sources === undefined ? whole : { compilation, snapshot: { sources, unreadable: [] }, quarantined };
}
