import type { Overview } from '../model/picture.js';
import { Prose } from './command.js';
import { Icon } from './icon.js';
import { memo } from './memo.js';
import { withLocalTimes } from './now.js';

const LEVELS = {
  ok: { symbol: 'check', word: 'All is well' },
  working: { symbol: 'arrow', word: 'Working' },
  attention: { symbol: 'warning', word: 'Needs attention' },
  following: { symbol: 'info', word: 'Following' },
  unknown: { symbol: 'question', word: 'Not known yet' },
} as const;

interface Props {
  readonly summary: Overview['summary'];
  /** Names of gateways that keep losing their configuration, though they may be well at this moment. */
  readonly unsteady: string;
}

/** What to know first, and what to do. The only part that is read out when it changes. */
export const Summary = memo(({ summary, unsteady }: Props) => {
  const { sentence } = summary;
  const level = unsteady !== '' && summary.level === 'ok' ? 'attention' : summary.level;
  const advice = [...summary.advice, ...(unsteady === '' ? [] : [unsteadyAdvice(unsteady)])];
  const { symbol, word } = LEVELS[level];
  return (
    <section class={`card summary level-${level}`} aria-labelledby="summary-title">
      <h2 id="summary-title" class="level">
        <Icon symbol={symbol} />
        {word}
      </h2>
      <p class="sentence" role="status" aria-live="polite">
        {withLocalTimes(sentence)}
      </p>
      {advice.length > 0 && (
        <ol class="advice" aria-label="What to do">
          {advice.map((text) => (
            <li key={text}>
              <Prose text={text} />
            </li>
          ))}
        </ol>
      )}
    </section>
  );
});

const unsteadyAdvice = (names: string): string =>
  `${names}: lost or changed the configuration again and again; see whether it restarts, or who else writes to it`;
