import type { RevisionStatus } from '../../src/server/diagnostics/status.js';
import type { Ask } from '../connection/ask.js';
import type { Overview } from '../model/picture.js';
import { bytes, countsText, short } from '../model/words.js';
import { Compare } from './compare.js';
import { memo } from './memo.js';
import { Ago } from './now.js';

export interface Pair {
  readonly from: string;
  readonly to: string;
}

interface Props {
  readonly revisions: Overview['revisions'];
  readonly ask: Ask;
  readonly pair: Pair | undefined;
  readonly onCompare: (pair: Pair) => void;
}

interface Row {
  readonly id: string;
  readonly roles: readonly string[];
  readonly revision: RevisionStatus | undefined;
}

/** Every revision that has a part to play, newest first, and what differs between two of them. */
export const Revisions = memo(({ revisions, ask, pair, onCompare }: Props) => {
  const rows = rowsOf(revisions);
  return (
    <section class="card" aria-labelledby="revisions-title">
      <h2 id="revisions-title">Revisions</h2>
      {rows.length === 0 && <p class="muted">There is none yet.</p>}
      <ul class="rows">
        {rows.map((row) => (
          <RevisionRow key={row.id} row={row} />
        ))}
      </ul>
      <Withdrawn withdrawn={revisions.withdrawn} />
      {rows.length > 1 && (
        <Compare
          ask={ask}
          choices={rows.map(({ id, roles }) => ({ id, label: [short(id), ...roles].join(', ') }))}
          pair={pair}
          onCompare={onCompare}
        />
      )}
      <Decisions audit={revisions.audit} />
    </section>
  );
});

/** A revision is listed once, with all that it is. */
function rowsOf({ desired, lastGood, held, kept }: Overview['revisions']): readonly Row[] {
  const known = [desired, lastGood, ...kept].filter((one) => one !== undefined);
  const ids = [...new Set([held?.revision, desired?.id, ...known.map(({ id }) => id)])];
  return ids
    .filter((id) => id !== undefined)
    .map((id) => ({
      id,
      roles: [
        ...(held?.revision === id ? ['held'] : []),
        ...(desired?.id === id ? ['desired'] : []),
        ...(lastGood?.id === id ? ['last good'] : []),
      ],
      revision: known.find((one) => one.id === id),
    }));
}

function RevisionRow({ row: { id, roles, revision } }: { readonly row: Row }) {
  const from = revision?.sources.map(({ name, gitSha }) =>
    gitSha === undefined ? name : `${name} (commit ${short(gitSha)})`,
  );
  return (
    <li>
      <p>
        <code title={id}>{short(id)}</code>{' '}
        {(roles.length === 0 ? ['kept'] : roles).map((role) => (
          <span key={role} class={`badge role-${role.replace(' ', '-')}`}>
            {role}
          </span>
        ))}{' '}
        {revision?.at !== undefined && (
          <span class="muted">
            <Ago at={revision.at} />
          </span>
        )}
      </p>
      {revision !== undefined && (
        <p class="muted">
          {countsText(revision.counts)}; {bytes(revision.bytes)}
          {from !== undefined && from.length > 0 && `; from ${from.join(', ')}`}
        </p>
      )}
    </li>
  );
}

function Withdrawn({ withdrawn }: Pick<Overview['revisions'], 'withdrawn'>) {
  if (withdrawn.length === 0) return null;
  return (
    <>
      <h3>Withdrawn</h3>
      <ul class="rows">
        {withdrawn.slice(0, 5).map(({ revision, at, by, why }) => (
          <li key={`${revision} ${at}`}>
            <code title={revision}>{short(revision)}</code> {why}{' '}
            <span class="muted">
              ({by}, <Ago at={at} />)
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}

function Decisions({ audit }: Pick<Overview['revisions'], 'audit'>) {
  if (audit.length === 0) return null;
  return (
    <details>
      <summary>Decisions</summary>
      <ul class="rows">
        {audit.slice(0, 20).map(({ at, by, what }) => (
          <li key={`${at} ${what}`}>
            {what}{' '}
            <span class="muted">
              ({by}, <Ago at={at} />)
            </span>
          </li>
        ))}
      </ul>
    </details>
  );
}
