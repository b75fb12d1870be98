import type { Symbol } from '../model/standing.js';

/** Shapes differ, so that nobody needs the colour. All on a square of 16. */
const PATHS: Readonly<Record<Symbol | 'warning' | 'info', string>> = {
  check: 'M3 8.5l3.2 3.2L13 4.8',
  cross: 'M4 4l8 8M12 4l-8 8',
  lock: 'M4.5 7.5h7v5h-7zM6 7.5V5.2a2 2 0 0 1 4 0v2.3',
  clash: 'M2.5 5.5h9m0 0L9 3m2.5 2.5L9 8M13.5 10.5h-9m0 0L7 8m-2.5 2.5L7 13',
  arrow: 'M8 13V3.5m0 0L4.5 7M8 3.5L11.5 7',
  clock: 'M8 2.5a5.5 5.5 0 1 0 0 11a5.5 5.5 0 0 0 0-11M8 5v3.2l2.2 1.4',
  question: 'M5.8 6a2.2 2.2 0 1 1 3.4 1.8C8.4 8.4 8 8.8 8 9.6M8 12.2v.3',
  warning: 'M8 2.5L14 13H2zM8 6.5v3M8 11.2v.3',
  info: 'M8 2.5a5.5 5.5 0 1 0 0 11a5.5 5.5 0 0 0 0-11M8 7.5V11M8 5v.3',
};

/** Always beside words that say the same. */
export function Icon({ symbol }: { readonly symbol: keyof typeof PATHS }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
      <path d={PATHS[symbol]} />
    </svg>
  );
}
