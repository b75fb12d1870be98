import { useState } from 'preact/hooks';
import type { HappeningStatus } from '../../src/server/diagnostics/status.js';
import { keyOf } from '../model/picture.js';
import { memo } from './memo.js';
import { TimeOfDay } from './now.js';

const SHOWN = 12;
const MANY = 200;

const LEVELS = { debug: 'detail', info: 'info', warn: 'warning', error: 'error' } as const;

interface Props {
  readonly happenings: readonly HappeningStatus[];
}

/** The log of this replica, newest first, without its details. */
export const Happenings = memo(({ happenings }: Props) => {
  const [all, setAll] = useState(false);
  const [grave, setGrave] = useState(false);
  const worthAWord = happenings.filter(({ level }) =>
    grave ? level === 'warn' || level === 'error' : level !== 'debug',
  );
  const shown = worthAWord.slice(all ? -MANY : -SHOWN).reverse();
  return (
    <section class="card" aria-labelledby="happenings-title">
      <h2 id="happenings-title">Lately</h2>
      <label class="muted">
        <input
          type="checkbox"
          checked={grave}
          onChange={({ currentTarget }) => setGrave(currentTarget.checked)}
        />{' '}
        Only warnings and errors
      </label>
      {shown.length === 0 && <p class="muted">Nothing of the kind has happened yet.</p>}
      <ul class="happenings">
        {shown.map((happening) => (
          <HappeningLine key={keyOf(happening)} happening={happening} />
        ))}
      </ul>
      {worthAWord.length > SHOWN && (
        <button type="button" onClick={() => setAll(!all)} aria-expanded={all}>
          {all ? 'Show fewer' : `Show ${Math.min(worthAWord.length, MANY)}`}
        </button>
      )}
    </section>
  );
});

export const HappeningLine = memo(({ happening }: { readonly happening: HappeningStatus }) => {
  const { at, level, message } = happening;
  return (
    <li class={`level-${level}`}>
      <TimeOfDay at={at} /> {level !== 'info' && <span class="badge">{LEVELS[level]}</span>} {message}
    </li>
  );
});
