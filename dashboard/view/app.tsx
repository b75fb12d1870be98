import { Component } from 'preact';
import type { ComponentChildren } from 'preact';
import { useCallback, useState } from 'preact/hooks';
import type { Ask } from '../connection/ask.js';
import type { Connection } from '../connection/follow.js';
import type { Setting } from '../model/commands.js';
import { unsteadyGateways } from '../model/gateway-news.js';
import type { Overview, Picture } from '../model/picture.js';
import { Configuration } from './configuration.js';
import { ConnectionBanner } from './connection-banner.js';
import { Gateways } from './gateways.js';
import { Happenings } from './happenings.js';
import { listed } from '../model/words.js';
import { Leadership } from './leadership.js';
import { serverNow } from './now.js';
import { Revisions } from './revisions.js';
import type { Pair } from './revisions.js';
import { Rollout } from './rollout.js';
import { Summary } from './summary.js';
import { TokenForm } from './token-form.js';
import { Waiting } from './waiting.js';

export interface AppProps {
  readonly picture: Picture;
  readonly connection: Connection;
  readonly settings: readonly Setting[] | undefined;
  readonly ask: Ask;
  readonly onToken: (token: string) => void;
  readonly onRetry: () => void;
}

export function App({ picture, connection, settings, ask, onToken, onRetry }: AppProps) {
  const { overview } = picture;
  return (
    <>
      <Header overview={overview} connection={connection} />
      <ConnectionBanner connection={connection} hasPicture={overview !== undefined} onRetry={onRetry} />
      <main class={connection.kind === 'lost' ? 'stale' : ''}>
        {connection.kind === 'locked' ? (
          <TokenForm key={String(connection.wrong)} wrong={connection.wrong} onToken={onToken} />
        ) : overview === undefined ? (
          <p class="muted">{connection.kind === 'lost' ? 'There is nothing to show yet.' : 'Connecting…'}</p>
        ) : (
          <Guarded>
            <Fleet picture={picture} overview={overview} settings={settings} ask={ask} />
          </Guarded>
        )}
      </main>
    </>
  );
}

interface FleetProps extends Pick<AppProps, 'picture' | 'settings' | 'ask'> {
  readonly overview: Overview;
}

function Fleet({ picture, overview, settings, ask }: FleetProps) {
  const [pair, setPair] = useState<Pair | undefined>(undefined);
  const compare = useCallback((from: string, to: string) => setPair({ from, to }), []);
  const unsteady = listed([...unsteadyGateways(picture.happenings, serverNow()).keys()]);
  const { summary, leadership, rollout, revisions, config, convergences, identity, observing } = overview;
  return (
    <>
      <div class="columns wide-first">
        <div>
          <Summary summary={summary} unsteady={unsteady} />
          <Waiting revisions={revisions} leadership={leadership} settings={settings} onCompare={compare} />
        </div>
        <Rollout rollout={rollout} convergences={convergences} leading={leadership.leading} />
      </div>
      <Gateways gateways={picture.gateways} overview={overview} happenings={picture.happenings} />
      <div class="columns">
        <div>
          <Configuration config={config} />
          <Happenings happenings={picture.happenings} />
        </div>
        <div>
          <Revisions revisions={revisions} ask={ask} pair={pair} onCompare={setPair} />
          <Leadership leadership={leadership} identity={identity} observing={observing} settings={settings} />
        </div>
      </div>
    </>
  );
}

const CONNECTIONS = {
  connecting: 'Connecting',
  live: 'Live',
  lost: 'Not connected',
  locked: 'Locked',
} as const;

function Header({
  overview,
  connection,
}: Pick<AppProps, 'connection'> & { readonly overview: Overview | undefined }) {
  return (
    <header>
      <h1>Silverback</h1>
      {overview !== undefined && <span class="muted">{overview.version}</span>}
      <span class={`connection connection-${connection.kind}`}>{CONNECTIONS[connection.kind]}</span>
    </header>
  );
}

/** A page that cannot show what it was told says so. */
class Guarded extends Component<{ readonly children: ComponentChildren }, { readonly broken: boolean }> {
  override state = { broken: false };

  static override getDerivedStateFromError(): { readonly broken: boolean } {
    return { broken: true };
  }

  override render(): ComponentChildren {
    return this.state.broken ? (
      <p class="note trouble" role="alert">
        This page cannot show what the server said: it may be of another version. Reload it.
      </p>
    ) : (
      this.props.children
    );
  }
}
