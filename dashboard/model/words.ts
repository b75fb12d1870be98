// How numbers, times and ids are said.

/** Kong's hash of a configuration without entities. */
const EMPTY_HASH = /^0+$/;

export const isEmptyHash = (hash: string): boolean => EMPTY_HASH.test(hash);

/** The first 8 digits of a revision, as all of Silverback shows it. */
export const short = (id: string): string => id.slice(0, 8);

export const plural = (count: number, thing: string): string => `${count} ${thing}${count === 1 ? '' : 's'}`;

/** `a, b and 3 more` */
export function listed(names: readonly string[], shown = 3): string {
  const more = names.length - shown;
  if (more > 0) return `${names.slice(0, shown).join(', ')} and ${more} more`;
  const last = names.at(-1) ?? '';
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} and ${last}`;
}

/** `850 ms`, `2.5 s`, `40 s`, `3 min`, `2 h`, `4 days` */
export function duration(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 1) return `${Math.round(ms)} ms`;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 100) return `${Math.round(seconds)} s`;
  const minutes = seconds / 60;
  if (minutes < 100) return `${Math.round(minutes)} min`;
  const hours = minutes / 60;
  return hours < 48 ? `${Math.round(hours)} h` : `${Math.round(hours / 24)} days`;
}

/** How long ago, coarse enough to be read at a glance. */
export const ago = (ms: number): string => (ms < 5_000 ? 'just now' : `${whole(ms)} ago`);

/** For how long already. */
export const lasting = (ms: number): string => (ms < 5_000 ? 'for a moment' : `for ${whole(ms)}`);

const whole = (ms: number): string => duration(Math.floor(ms / 1000) * 1000).replace('.0', '');

/** `12 B`, `3.4 kB`, `1.2 MB`: thousands, as the log says it. */
export function bytes(count: number): string {
  if (count < 1000) return `${count} B`;
  return count < 1_000_000 ? `${(count / 1000).toFixed(1)} kB` : `${(count / 1_000_000).toFixed(1)} MB`;
}

/** `3 services, 12 routes`, or that there is nothing. */
export function countsText(counts: Readonly<Record<string, number>>): string {
  const parts = Object.entries(counts).filter(([, count]) => count > 0);
  return parts.length === 0
    ? 'no entities'
    : parts.map(([type, count]) => `${count} ${named(type, count)}`).join(', ');
}

const named = (type: string, count: number): string =>
  (count === 1 ? type.replace(/s$/, '') : type).replaceAll('_', ' ');

/** Begins with a capital, unless with a name or a path, and ends with a full stop. */
export const sentence = (text: string): string => {
  const trimmed = text.trim();
  const begun = trimmed.replace(
    /^[a-z]+(?=[\s,:'])/,
    (word) => word.slice(0, 1).toUpperCase() + word.slice(1),
  );
  return begun === '' || /[.!?:]$/.test(begun) ? begun : `${begun}.`;
};
