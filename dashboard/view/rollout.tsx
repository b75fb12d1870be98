import type { Overview } from '../model/picture.js';
import { listed, sentence, short } from '../model/words.js';
import { ConvergenceChart } from './convergence-chart.js';
import { memo } from './memo.js';

const PHASES: Readonly<Record<string, string>> = {
  idle: 'Nothing to roll out',
  choosing: 'Choosing a canary',
  canary: 'At the canary',
  rolling: 'Rolling out',
  paused: 'Paused',
  withdrawn: 'Withdrawn',
  stopped: 'Stopped',
};

interface Props {
  readonly rollout: Overview['rollout'];
  readonly convergences: Overview['convergences'];
  readonly leading: boolean;
}

/** How far the newest revision has got. */
export const Rollout = memo(({ rollout, convergences, leading }: Props) => {
  const { phase, meaning, revision, canaries, done, total } = rollout;
  const all = Math.max(total, 1);
  return (
    <section class="card" aria-labelledby="rollout-title">
      <h2 id="rollout-title">Rollout</h2>
      {leading && (
        <>
          <p>
            <strong>{PHASES[phase] ?? phase}</strong>
            {revision !== undefined && (
              <>
                {' '}
                <code>{short(revision)}</code>
              </>
            )}
          </p>
          <p class="muted">{sentence(meaning)}</p>
          <p>
            <progress value={done} max={all} aria-label="Gateways that serve what they should" />
            <span class="figures">
              {done} of {total} gateways up to date
            </span>
          </p>
          {canaries.length > 0 && <p>Tried first at: {listed(canaries, 5)}</p>}
        </>
      )}
      {leading || convergences.length > 0 ? (
        <ConvergenceChart convergences={convergences} />
      ) : (
        <p class="muted">Only the leader knows how far a rollout is.</p>
      )}
    </section>
  );
});
