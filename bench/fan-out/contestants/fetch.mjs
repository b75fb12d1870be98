// What a user would write, and ADC does: every gateway at once, the configuration serialised for each.
import { Agent, fetch as undiciFetch } from 'undici';

export function open({ urls, tls, revisions }) {
  const configs = revisions.map(({ bytes }) => JSON.parse(bytes.toString()));
  const agent = tls && new Agent({ connect: { ...tls, servername: 'localhost' } });
  const send = (url, config) => {
    const request = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(config),
    };
    return agent === undefined ? fetch(url, request) : undiciFetch(url, { ...request, dispatcher: agent });
  };
  return {
    async round(revision) {
      await Promise.all(
        urls.map(async (url) => {
          const response = await send(`${url}/config`, configs[revision]);
          if (response.status !== 201) throw new Error(`${url}: ${response.status}`);
          await response.text();
        }),
      );
    },
    close: () => agent?.close(),
  };
}
