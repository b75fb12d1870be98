import type { Overview } from '../model/picture.js';
import { duration, plural, short } from '../model/words.js';
import { memo } from './memo.js';
import { TimeOfDay } from './now.js';

const WIDTH = 300;
const HEIGHT = 72;
const SHOWN = 30;

interface Props {
  readonly convergences: Overview['convergences'];
}

/** How long changes took to reach every gateway: bars, oldest left, and the same as a table. */
export const ConvergenceChart = memo(({ convergences }: Props) => {
  const shown = convergences.slice(0, SHOWN).reverse();
  const last = shown.at(-1);
  if (last === undefined)
    return <p class="muted">No change has reached every gateway yet, since this replica leads.</p>;
  const longest = Math.max(...shown.map(({ durationMs }) => durationMs), 1);
  const room = WIDTH / Math.max(shown.length, 16);
  return (
    <figure class="chart">
      <figcaption>
        Time until every gateway had a change: last {duration(last.durationMs)}, longest {duration(longest)}
      </figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
        <line x1="0" x2={WIDTH} y1={HEIGHT - 0.5} y2={HEIGHT - 0.5} />
        {shown.map(({ at, durationMs }, index) => {
          const height = Math.max(2, (durationMs / longest) * (HEIGHT - 4));
          return (
            <rect
              key={at}
              x={index * room + 1}
              y={HEIGHT - height}
              width={Math.max(1, room - 2)}
              height={height}
            >
              <title>{duration(durationMs)}</title>
            </rect>
          );
        })}
      </svg>
      <details>
        <summary>As a table ({plural(shown.length, 'change')})</summary>
        <table>
          <thead>
            <tr>
              <th scope="col">When</th>
              <th scope="col">Revision</th>
              <th scope="col">Gateways</th>
              <th scope="col">Took</th>
            </tr>
          </thead>
          <tbody>
            {convergences.slice(0, SHOWN).map(({ at, revision, gateways, durationMs }) => (
              <tr key={at}>
                <td>
                  <TimeOfDay at={at} />
                </td>
                <td>
                  <code>{short(revision)}</code>
                </td>
                <td>{gateways}</td>
                <td>{duration(durationMs)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </figure>
  );
});
