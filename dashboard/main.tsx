// The page's one owner of state: follows the server, and draws again when something has changed.
import { render } from 'preact';
import { createAsk, createSession } from './connection/ask.js';
import { follow } from './connection/follow.js';
import type { Connection } from './connection/follow.js';
import type { Setting } from './model/commands.js';
import { afterConnecting, afterNews, EMPTY_PICTURE } from './model/picture.js';
import { isSettings } from './model/settings.js';
import { App } from './view/app.js';
import { setServerTime } from './view/now.js';

function start(root: HTMLElement): void {
  const session = createSession(sessionStorage);
  const ask = createAsk(session);
  let picture = EMPTY_PICTURE;
  let connection: Connection = { kind: 'connecting' };
  let settings: readonly Setting[] | undefined;
  let drawing = false;

  /** Once for everything that happens in one turn. */
  const draw = (): void => {
    if (drawing) return;
    drawing = true;
    setTimeout(() => {
      drawing = false;
      render(<App {...{ picture, connection, settings, ask, onToken, onRetry }} />, root);
    });
  };

  const learnSettings = async (): Promise<void> => {
    const value: unknown = await (await ask('api/v1/settings')).json();
    if (!isSettings(value)) return;
    settings = value;
    draw();
  };

  const following = follow(ask, () => session.token() !== undefined, {
    onConnection(next) {
      connection = next;
      draw();
    },
    onBegin() {
      picture = afterConnecting(picture);
      // Without them a command is shorter, and somebody has to complete it.
      learnSettings().catch(() => undefined);
    },
    onNews(news) {
      for (const each of news) if (each.kind === 'status') setServerTime(each.overview.time);
      picture = afterNews(picture, news);
      draw();
    },
  });

  const onToken = (token: string): void => {
    session.keep(token);
    following.retry();
  };
  const onRetry = (): void => following.retry();
  window.addEventListener('online', onRetry);
  draw();
}

const root = document.getElementById('app');
if (root === null) throw new Error('the page has no place for the dashboard');
start(root);
