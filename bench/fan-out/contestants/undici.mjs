// undici alone: the three requests that ours makes of each gateway, over kept connections, with the least that its API allows
// around them. What it takes beyond the limit is what HTTP by undici costs; what ours takes beyond it is ours.
import { Client } from 'undici';

const LOOK = { method: 'GET', path: '/status' };

/** @returns a promise of the status; what is answered goes by */
const ask = (client, request) =>
  new Promise((resolve, reject) => {
    let status;
    client.dispatch(request, {
      onRequestStart() {},
      onResponseStart(_, code) {
        status = code;
      },
      onResponseData() {},
      onResponseEnd: () => resolve(status),
      onResponseError: (_, error) => reject(error),
    });
  });

export async function open({ urls, tls, revisions, atOnce }) {
  const connect = tls && { ...tls, servername: 'localhost' };
  const clients = urls.map((url) => new Client(url, { connect }));
  const pushes = revisions.map(({ bytes }) => ({
    method: 'POST',
    path: '/config?check_hash=1&flatten_errors=1',
    headers: { 'content-type': 'text/yaml' },
    body: bytes,
  }));
  const expect = async (client, request, status) => {
    const answered = await ask(client, request);
    if (answered !== status) throw new Error(`${request.method} ${request.path}: ${answered}`);
  };
  return {
    async round(revision) {
      let next = 0;
      const careForNext = async () => {
        while (next < clients.length) {
          const client = clients[next++];
          await expect(client, LOOK, 200);
          await expect(client, pushes[revision], 201);
          await expect(client, LOOK, 200);
        }
      };
      await Promise.all(Array.from({ length: atOnce }, careForNext));
    },
    close: () => Promise.all(clients.map((client) => client.close())),
  };
}
