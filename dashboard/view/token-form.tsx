import { useState } from 'preact/hooks';

interface Props {
  readonly wrong: boolean;
  readonly onToken: (token: string) => void;
}

/** Asks for the token that the server wants. */
export function TokenForm({ wrong, onToken }: Props) {
  const [token, setToken] = useState('');
  return (
    <form
      class="card token"
      onSubmit={(event) => {
        event.preventDefault();
        if (token.trim() !== '') onToken(token.trim());
      }}
    >
      <h2>A token, please</h2>
      <p>
        This server shows its fleet to those who have the token: the setting <code>diagnostics-token</code> or{' '}
        <code>diagnostics-token-file</code>.
      </p>
      {wrong && (
        <p class="note trouble" role="alert">
          That token is not the right one.
        </p>
      )}
      <label>
        Token{' '}
        <input
          type="password"
          autocomplete="off"
          value={token}
          onInput={({ currentTarget }) => setToken(currentTarget.value)}
        />
      </label>
      <button type="submit">Show the fleet</button>
      <p class="muted">It is kept until this tab is closed, and sent to this server only.</p>
    </form>
  );
}
