import { podOf, reachLeader } from '../model/commands.js';
import type { Setting } from '../model/commands.js';
import type { Overview } from '../model/picture.js';
import { Command } from './command.js';
import { memo } from './memo.js';
import { Ago } from './now.js';

interface Props {
  readonly leadership: Overview['leadership'];
  readonly identity: string;
  readonly observing: boolean;
  readonly settings: readonly Setting[] | undefined;
}

/** Who leads, under which Lease; and on a follower, how to reach the leader. */
export const Leadership = memo(({ leadership, identity, observing, settings }: Props) => {
  const { leading, election, term, holder, since, lease } = leadership;
  const reach = leading ? undefined : reachLeader(leadership, settings);
  return (
    <section class="card" aria-labelledby="leadership-title">
      <h2 id="leadership-title">Leadership</h2>
      <p>
        {!election && 'There is no election: this replica leads alone.'}
        {election && leading && 'This replica leads.'}
        {election &&
          !leading &&
          (holder === undefined || holder === '' ? (
            'Nobody leads, as far as this replica knows.'
          ) : (
            <>
              <strong>{podOf(holder)}</strong> leads; this replica follows.
            </>
          ))}
        {since !== undefined && (
          <>
            {' '}
            Elected <Ago at={since} />.
          </>
        )}
      </p>
      {observing && <p>It only observes (--observe): nothing is pushed.</p>}
      {reach !== undefined && (
        <p>
          Only the leader knows how the gateways are. Reach it with <Command text={reach} /> and open the page
          there.
        </p>
      )}
      <dl class="facts">
        <div>
          <dt>This replica</dt>
          <dd>{identity}</dd>
        </div>
        {election && (
          <div>
            <dt>Term</dt>
            <dd>{term}</dd>
          </div>
        )}
        {lease !== undefined && (
          <div>
            <dt>Lease</dt>
            <dd>
              {lease.namespace}/{lease.name}
            </dd>
          </div>
        )}
      </dl>
    </section>
  );
});
