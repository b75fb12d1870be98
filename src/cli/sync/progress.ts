// What happens while it happens: one line each, on the standard error.
import { styleText } from 'node:util';
import type { Clock } from '../../clock/clock.js';
import { describe } from '../../report/describe.js';
import type { Happening, Report } from '../../report/happening.js';
import { seconds, short, words } from '../../report/line.js';
import type { Level } from '../../report/line.js';

export type Style = 'bold' | 'cyan' | 'dim' | 'green' | 'red' | 'yellow';
export type Painter = (style: Style, text: string) => string;

/** Colours are for terminals, unless NO_COLOR is set (no-color.org). */
export function painterFor(stream: NodeJS.WriteStream): Painter {
  const coloured = stream.isTTY && (process.env['NO_COLOR'] ?? '') === '';
  return (style, text) => (coloured ? styleText(style, text) : text);
}

const STYLES: Partial<Readonly<Record<Level, Style>>> = { warn: 'yellow', error: 'red', debug: 'dim' };
const QUIET: ReadonlySet<Happening['kind']> = new Set([
  'gateway-found',
  'converged',
  'converged-but',
  'rollout-succeeded',
]);

/**
 * @param verbose every step, not only what matters
 * @param write gets lines without their ends
 */
export function progress(
  clock: Clock,
  verbose: boolean,
  paint: Painter,
  write: (line: string) => void,
): Report {
  const begun = clock.now();
  const loads = new Map<string, number>();
  return (happening) => {
    if (happening.kind === 'push-ended') loads.set(happening.gateway, happening.durationMs);
    const said = lineOf(happening, loads);
    if (said === undefined || (!verbose && (said.level === 'debug' || said.level === 'trace'))) return;
    const style = STYLES[said.level];
    const at = seconds(clock.now() - begun).padStart(7);
    write(`${paint('dim', at)}  ${style === undefined ? said.message : paint(style, said.message)}`);
  };
}

interface Said {
  readonly level: Level;
  readonly message: string;
}

/** The words of the log, but for what is otherwise where nobody stays to look after the gateways. */
function lineOf(happening: Happening, loads: ReadonlyMap<string, number>): Said | undefined {
  if (QUIET.has(happening.kind)) return undefined;
  const usual = describe(happening);
  switch (happening.kind) {
    case 'push-ended':
      // That it serves it is told next.
      return happening.trouble === undefined ? { ...usual, level: 'debug' } : usual;
    case 'gateway-phase': {
      const { gateway, to, revision } = happening;
      if (to !== 'in-sync') return usual;
      const load = loads.get(gateway);
      return load === undefined
        ? undefined
        : {
            level: 'info',
            message: `gateway ${gateway} serves ${short(revision)}, loaded in ${seconds(load)}`,
          };
    }
    case 'canary-ended': {
      const { revision, result, trouble } = happening;
      const why = trouble === undefined ? '' : `: ${words(trouble)}`;
      if (result === 'stopped')
        return {
          ...usual,
          message: `${short(revision)} goes to no other gateway, its canaries were lost${why}`,
        };
      if (result === 'failed')
        return {
          ...usual,
          message: `${short(revision)} goes to no other gateway, its canary went wrong and still has it: sync what worked before${why}`,
        };
      return usual;
    }
    default:
      return usual;
  }
}
