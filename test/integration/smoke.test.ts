import { afterEach, expect, jest, test } from '@jest/globals';
import type { Upstream } from '../../src/emulator/kong/server/proxy.js';
import { createTroop, overlapsIn, pushesIn } from '../support/troop.js';
import type { Troop } from '../support/troop.js';

jest.setTimeout(180_000);

let troop: Troop;
afterEach(async () => {
  expect(overlapsIn(troop.world.pods())).toEqual([]);
  await troop.close();
});

/** The one service that there is, at the one address where it listens. */
const upstream: Upstream = ({ host, port, path }) => {
  if (host !== 'shop.svc' || port !== 8080) return undefined;
  return path === '/health' ? 200 : 404;
};

const shop = (service: string, route: string, rest = ''): string =>
  `_format_version: "3.0"
services:
  - name: shop
    host: shop.svc
    port: 8080
${service.replace(/^/gm, '    ')}
    routes:
      - name: shop
${route.replace(/^/gm, '        ')}
${rest}`;

const GOOD = shop('', 'paths: [/shop]');

/** Each passes validation, and is accepted by Kong; none serves GET /shop/health as it should. */
const WRONG: Readonly<Record<string, string>> = {
  'a path with a typo': shop('', 'paths: [/shpo]'),
  'a host that nobody asks for': shop('', 'paths: [/shop]\nhosts: [shop.example.com]'),
  'the wrong method': shop('', 'paths: [/shop]\nmethods: [POST]'),
  'a header that nobody sends': shop('', 'paths: [/shop]\nheaders: {x-version: [two]}'),
  'HTTPS alone': shop('', 'paths: [/shop]\nprotocols: [https]'),
  'a path that is passed on whole': shop('', 'paths: [/shop]\nstrip_path: false'),
  'an upstream host with a typo': GOOD.replace('shop.svc', 'shpo.svc'),
  'the wrong port': GOOD.replace('8080', '8081'),
  'a base path too many': shop('path: /v2', 'paths: [/shop]'),
  'a service that is switched off': shop('enabled: false', 'paths: [/shop]'),
  'a termination for everybody': shop(
    '',
    'paths: [/shop]',
    'plugins:\n  - name: request-termination\n    config: {status_code: 503}\n',
  ),
  'a key that nobody has': shop('plugins:\n  - name: key-auth\n', 'paths: [/shop]'),
};

test('changes that are valid but wrong stop at one gateway each, which gets back what worked', async () => {
  troop = await createTroop({ gateways: 0, replicas: 0 });
  const { world } = troop;
  const first = await world.addGateway({ host: '127.0.0.2', proxy: { port: 0, upstream } });
  const port = first.kong.proxyPort!;
  for (const host of ['127.0.0.3', '127.0.0.4', '127.0.0.5']) {
    await world.addGateway({ host, proxy: { port, upstream } });
  }
  const hashes = (): string[] => world.pods().map(({ kong }) => kong.hash());
  world.setConfig('shop', { 'kong.yaml': GOOD });
  troop.start([...troop.standard, '--canary-smoke-url', `http://{ip}:${port}/shop/health`]);
  await troop.until('the first success', () => troop.said('rollout-succeeded').length > 0);
  const [good] = hashes();
  for (const [what, text] of Object.entries(WRONG)) {
    const edited = performance.now();
    world.setConfig('shop', { 'kong.yaml': text });
    await troop.until(`the end of ${what}`, () => troop.said('canary-ended', edited).length > 0);
    await troop.until(`${what} to be taken back`, () => hashes().every((hash) => hash === good));
    expect([what, troop.said('canary-ended', edited)]).toMatchObject([
      what,
      [{ fields: { result: 'failed', code: 'smoke' } }],
    ]);
    const pushes = world
      .pods()
      .map(({ kong }) => pushesIn(kong.requests).filter(({ at }) => at > edited).length);
    // To the canary and back.
    expect([what, ...pushes.sort()]).toEqual([what, 0, 0, 0, 2]);
  }
  const mended = performance.now();
  world.setConfig('shop', { 'kong.yaml': shop('', 'paths: [/shop, /store]') });
  await troop.until('the success', () => troop.said('rollout-succeeded', mended).length > 0);
});
