import type { Overview } from '../model/picture.js';
import { approval, decision } from '../model/commands.js';
import type { Setting } from '../model/commands.js';
import { sentence, short } from '../model/words.js';
import { Command } from './command.js';
import { Icon } from './icon.js';
import { memo } from './memo.js';
import { Ago, Lasting } from './now.js';

interface Props {
  readonly revisions: Overview['revisions'];
  readonly leadership: Overview['leadership'];
  /** Nothing until they are known. */
  readonly settings: readonly Setting[] | undefined;
  readonly onCompare: (from: string, to: string) => void;
}

/** What waits for a person: a revision that is held, a rollout that somebody paused; with the command that decides. */
export const Waiting = memo(({ revisions, leadership, settings, onCompare }: Props) => {
  const { held, paused, desired } = revisions;
  if (held === undefined && paused === undefined) return null;
  return (
    <section class="card attention" aria-labelledby="waiting-title">
      <h2 id="waiting-title" class="level">
        <Icon symbol="clock" />
        Waits for you
      </h2>
      {held !== undefined && (
        <>
          <p>
            {held.revision === undefined ? (
              'The newest configuration is held.'
            ) : (
              <>
                Revision <code>{short(held.revision)}</code> is held.
              </>
            )}
            {held.since !== undefined && (
              <>
                {' '}
                It has waited <Lasting at={held.since} />.
              </>
            )}{' '}
            The gateways keep what they have.
          </p>
          <ul>
            {held.reasons.map((reason) => (
              <li key={reason}>{sentence(reason)}</li>
            ))}
          </ul>
          {held.revision === undefined ? (
            <p>There is nothing to approve: put back what is missing.</p>
          ) : (
            <p>
              If it is meant, approve it:{' '}
              <Decision words={approval(held.revision)} settings={settings} leadership={leadership} />
            </p>
          )}
          {held.revision !== undefined && desired !== undefined && desired.id !== held.revision && (
            <button type="button" onClick={() => onCompare(desired.id, held.revision ?? '')}>
              Show what it would change
            </button>
          )}
        </>
      )}
      {paused !== undefined && (
        <p>
          {paused.by} paused the rollout <Ago at={paused.at} />. Let it go on:{' '}
          <Decision words={['rollout', 'resume']} settings={settings} leadership={leadership} />
        </p>
      )}
    </section>
  );
});

interface DecisionProps extends Pick<Props, 'settings' | 'leadership'> {
  readonly words: readonly string[];
}

function Decision({ words, settings, leadership }: DecisionProps) {
  if (settings === undefined) return <code>silverback {words.join(' ')}</code>;
  const command = decision(words, settings, leadership);
  if (command !== undefined) return <Command text={command} />;
  return (
    <span>
      this Silverback keeps no history, so nothing can be decided; run it with <code>--history-secret</code>{' '}
      or <code>--data-dir</code>
    </span>
  );
}
