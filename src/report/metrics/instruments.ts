import { Counter, Gauge, Histogram } from 'prom-client';
import type { Registry } from 'prom-client';

/** From a load of a small configuration to a convergence that waited for a person (s). */
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300];

/** A label, with every value it is known to take. */
export type Labels<L extends string> = Readonly<Record<L, readonly string[]>>;

/** Makes instruments named `silverback_…` in one registry. */
export interface Instruments {
  /**
   * Every combination of the labels' known values is there from the start, at 0: `rate()` and `increase()` do not see the
   * first of a series that begins with 1.
   *
   * @param name without `silverback_` and `_total`
   */
  readonly counter: <L extends string = never>(name: string, help: string, labels?: Labels<L>) => Counter<L>;
  /** @param name without `silverback_` and `_seconds` */
  readonly histogram: <L extends string = never>(
    name: string,
    help: string,
    labels?: Labels<L>,
  ) => Histogram<L>;
  /** A gauge that is read at each scrape: a series that is not set then is absent. */
  readonly gauge: <L extends string = never>(
    name: string,
    help: string,
    labels: readonly L[],
    read: (set: (value: number, labels?: Partial<Record<L, string>>) => void) => void,
  ) => void;
}

export function instrumentsOf(registry: Registry): Instruments {
  const registers = [registry];
  return {
    counter<L extends string>(name: string, help: string, labels?: Labels<L>) {
      const counter = new Counter<L>({
        name: `silverback_${name}_total`,
        help,
        labelNames: namesOf(labels),
        registers,
      });
      for (const each of combinations(labels)) counter.inc(each, 0);
      return counter;
    },
    histogram<L extends string>(name: string, help: string, labels?: Labels<L>) {
      const histogram = new Histogram<L>({
        name: `silverback_${name}_seconds`,
        help,
        labelNames: namesOf(labels),
        buckets: SECONDS,
        registers,
      });
      for (const each of combinations(labels)) histogram.zero(each);
      return histogram;
    },
    gauge<L extends string>(
      name: string,
      help: string,
      labelNames: readonly L[],
      read: (set: (value: number, labels?: Partial<Record<L, string>>) => void) => void,
    ) {
      new Gauge<L>({
        name: `silverback_${name}`,
        help,
        labelNames: [...labelNames],
        registers,
        collect() {
          this.reset();
          // Without labels it is born as 0, which would say something.
          if (labelNames.length === 0) this.remove();
          read((value, labels = {}) => this.set(labels, value));
        },
      });
    },
  };
}

function namesOf<L extends string>(labels: Labels<L> | undefined): L[] {
  const names: L[] = [];
  for (const name in labels) names.push(name);
  return names;
}

/** Every way to give each label one of its values. */
function combinations<L extends string>(labels: Labels<L> | undefined): Partial<Record<L, string>>[] {
  let all: Partial<Record<L, string>>[] = [{}];
  for (const name in labels) {
    all = all.flatMap((one) => labels[name].map((value) => ({ ...one, [name]: value })));
  }
  return all;
}
