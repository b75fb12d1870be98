import type { Connection } from '../connection/follow.js';
import { useNow, serverNow } from './now.js';

interface Props {
  readonly connection: Connection;
  readonly hasPicture: boolean;
  readonly onRetry: () => void;
}

/** Says so when what is shown is old. */
export function ConnectionBanner({ connection, hasPicture, onRetry }: Props) {
  if (connection.kind !== 'lost') return null;
  const { reason, since, retryAt } = connection;
  return (
    <div class="banner" role="alert">
      <p>
        <strong>Connection lost:</strong> {reason}. <NextTry at={retryAt} />{' '}
        {hasPicture && `What you see is the picture of ${new Date(since).toLocaleTimeString('en-GB')}.`}
      </p>
      <button type="button" onClick={onRetry}>
        Try now
      </button>
    </div>
  );
}

function NextTry({ at }: { readonly at: number }) {
  const ahead = useNow(1_000) - serverNow() + at - Date.now();
  return (
    <span aria-hidden="true">{ahead > 500 ? `Next try in ${Math.ceil(ahead / 1000)} s.` : 'Trying…'}</span>
  );
}
