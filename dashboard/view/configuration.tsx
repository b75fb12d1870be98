import type { FindingStatus, SourceStatus } from '../../src/server/diagnostics/status.js';
import type { Overview } from '../model/picture.js';
import { plural, sentence, short } from '../model/words.js';
import { Icon } from './icon.js';
import { memo } from './memo.js';
import { Lasting } from './now.js';

interface Props {
  readonly config: Overview['config'];
}

const VERDICTS = {
  pending: { symbol: 'clock', word: 'Not judged yet', group: 'unknown' },
  valid: { symbol: 'check', word: 'Valid', group: 'fine' },
  held: { symbol: 'clock', word: 'Held', group: 'waiting' },
  invalid: { symbol: 'cross', word: 'Invalid', group: 'trouble' },
} as const;

/** What was said of the newest sources: verdict, findings on their lines, and the sources themselves. */
export const Configuration = memo(({ config }: Props) => {
  const { verdict, since, findings, sources } = config;
  const { symbol, word, group } = VERDICTS[verdict];
  return (
    <section class="card" aria-labelledby="configuration-title">
      <h2 id="configuration-title">Configuration</h2>
      <p class={`state group-${group}`}>
        <Icon symbol={symbol} />
        <strong>{word}</strong>
        {since !== undefined && (
          <span>
            <Lasting at={since} />
          </span>
        )}
      </p>
      <Findings findings={findings} />
      <h3>Sources</h3>
      {sources.length === 0 && <p class="muted">No source was found yet.</p>}
      <ul class="rows">
        {sources.map((source) => (
          <Source key={source.name} source={source} />
        ))}
      </ul>
    </section>
  );
});

const SEVERITIES = { error: 'error', hold: 'holds it', warning: 'warning' } as const;
const GRAVITY = { error: 0, hold: 1, warning: 2 } as const;
const SHOWN = 20;

function Findings({ findings }: { readonly findings: readonly FindingStatus[] }) {
  if (findings.length === 0) return null;
  const gravestFirst = [...findings].sort((one, other) => GRAVITY[one.severity] - GRAVITY[other.severity]);
  return (
    <>
      <h3>{plural(findings.length, 'finding')}</h3>
      <ul class="rows">
        {gravestFirst.slice(0, SHOWN).map((finding, index) => (
          <Finding key={`${finding.code} ${finding.path ?? ''} ${index}`} finding={finding} />
        ))}
      </ul>
      {findings.length > SHOWN && (
        <p class="muted">
          And {findings.length - SHOWN} more: <code>silverback validate</code> shows all.
        </p>
      )}
    </>
  );
}

function Finding({ finding }: { readonly finding: FindingStatus }) {
  const { severity, message, file, line, column, hint, excerpt, code } = finding;
  const place = [file, line, column].filter((part) => part !== undefined).join(':');
  return (
    <li class={`finding severity-${severity}`}>
      <p>
        <span class="badge">{SEVERITIES[severity]}</span> {sentence(message)}{' '}
        <span class="muted">[{code}]</span>
      </p>
      {place !== '' && (
        <p class="place">
          <code>{place}</code>
        </p>
      )}
      {excerpt !== undefined && (
        <pre tabIndex={0} role="group" aria-label={`The line in question, at ${place}`}>
          {excerpt}
        </pre>
      )}
      {hint !== undefined && <p>{sentence(hint)}</p>}
    </li>
  );
}

const STATES = {
  accepted: { word: 'accepted', symbol: 'check', group: 'fine' },
  pending: { word: 'not judged yet', symbol: 'clock', group: 'unknown' },
  invalid: { word: 'invalid', symbol: 'cross', group: 'trouble' },
  quarantined: { word: 'kept out: its last good text is used', symbol: 'cross', group: 'trouble' },
  unreadable: { word: 'cannot be read', symbol: 'lock', group: 'trouble' },
  vanished: { word: 'vanished', symbol: 'question', group: 'trouble' },
} as const;

function Source({ source }: { readonly source: SourceStatus }) {
  const { name, state, reason, errors, warnings, gitSha, resourceVersion } = source;
  const { word, symbol, group } = STATES[state];
  const counts = [errors > 0 ? plural(errors, 'error') : '', warnings > 0 ? plural(warnings, 'warning') : ''];
  const origin = [
    gitSha === undefined ? '' : `commit ${short(gitSha)}`,
    resourceVersion === undefined ? '' : `version ${resourceVersion}`,
  ];
  const details = [...counts, ...origin].filter((text) => text !== '').join(', ');
  return (
    <li>
      <p class={`state group-${group}`}>
        <Icon symbol={symbol} />
        <strong class="name">{name}</strong> {word}
      </p>
      {reason !== undefined && <p>{sentence(reason)}</p>}
      {details !== '' && <p class="muted">{details}</p>}
    </li>
  );
}
