import type { Compilation } from '../config/compile.js';
import type { ChangeCounts } from '../config/diff/change-counts.js';
import type { AsyncCompiler } from './compiler.js';

/** What a judgement asks of the compiler. */
export type Examiner = Pick<AsyncCompiler, 'compile' | 'compare'>;

interface Memory<Answer> {
  /** Gives what was found for the very same objects before, failures included. */
  readonly ask: (objects: readonly unknown[], find: () => Promise<Answer>) => Promise<Answer>;
  readonly forget: () => void;
}

function createMemory<Answer>(): Memory<Answer> {
  let known: { readonly objects: readonly unknown[]; readonly answer: Promise<Answer> }[] = [];
  return {
    ask(objects, find) {
      const same = known.find(
        (each) =>
          each.objects.length === objects.length && each.objects.every((one, i) => one === objects[i]),
      );
      if (same !== undefined) return same.answer;
      const answer = find();
      known.push({ objects, answer });
      return answer;
    },
    forget() {
      known = [];
    },
  };
}

/**
 * A compiler that is asked nothing twice until it is told to forget, which must be soon: certificates run out, and schemas change.
 * Texts are the same where they are the same objects; sources that did not change keep theirs.
 */
export function remembering(compiler: Examiner): Examiner & { readonly forget: () => void } {
  const compilations = createMemory<Compilation>();
  const comparisons = createMemory<ChangeCounts | undefined>();
  return {
    compile: (texts) => compilations.ask(texts, () => compiler.compile(texts)),
    compare: (baseline, revision) =>
      comparisons.ask([baseline.text, revision], () => compiler.compare(baseline, revision)),
    forget() {
      compilations.forget();
      comparisons.forget();
    },
  };
}
