import { createCompiler } from '../../src/config/compile.js';
import type { Compilation } from '../../src/config/compile.js';
import type { Revision } from '../../src/config/revision.js';
import { sleep } from '../../src/clock/clock.js';
import type { AsyncCompiler } from '../../src/controller/compiler.js';
import type { SourceText } from '../../src/sources/source.js';
import type { Dice } from './dice.js';
import type { Note, Run } from './facts.js';
import { md5 } from './kong.js';

const servicesIn = ({ bytes }: Revision): ReadonlySet<string> =>
  new Set(
    Array.from(
      Buffer.from(bytes)
        .toString()
        .matchAll(/"name":"(team-[^"]+)"/g),
      ([, name]) => name ?? '',
    ),
  );

/** The real compiler, its thread played by a delay. Replicas share what was compiled: it depends on the texts alone. */
export function createCompilers(dice: Dice, note: Note): (run: Run) => AsyncCompiler {
  const compiler = createCompiler({ deck: false, env: {}, allowEmpty: false });
  const known = new Map<string, Compilation>();
  const textsOf = new Map<string, readonly SourceText[]>();
  const compared = new Map<string, ReturnType<typeof compiler.compare>>();

  const compile = (texts: readonly SourceText[]): Compilation => {
    const key = texts.map(({ file, text }) => `${file}\n${Buffer.from(text).toString('latin1')}`).join('\0');
    const compilation = known.get(key) ?? compiler.compile(texts);
    known.set(key, compilation);
    if (compilation.revision !== undefined) textsOf.set(compilation.revision.id, texts);
    return compilation;
  };

  return (run) => ({
    async compile(texts) {
      const compilation = compile(texts);
      await sleep(run.process.clock, dice.chance(0.2) ? dice.between(60, 2_000) : dice.between(2, 60));
      const { valid, revision } = compilation;
      if (valid && revision !== undefined) {
        const empty = Object.values(revision.counts).every((count) => count === 0);
        const teams = new Set(texts.map(({ file }) => file));
        note({ kind: 'validated', by: run, hash: revision.id, empty, teams, services: servicesIn(revision) });
      }
      return compilation;
    },
    async explain() {
      await sleep(run.process.clock, 1);
      return [];
    },
    async compare(baseline, revision) {
      await sleep(run.process.clock, 1);
      const key = `${md5(Buffer.from(baseline.text))} ${revision}`;
      const texts = textsOf.get(revision);
      if (!compared.has(key) && texts !== undefined) {
        // It compares what was compiled lately.
        compiler.compile(texts);
        compared.set(key, compiler.compare(baseline, revision));
      }
      return compared.get(key);
    },
    use: () => undefined,
    close: () => Promise.resolve(),
  });
}
