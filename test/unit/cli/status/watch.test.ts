import { createServer } from 'node:http';
import type { Server, ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { ApiProblem, leaderAt } from '../../../../src/cli/status/ask-api.js';
import type { ApiAddress, Found } from '../../../../src/cli/status/ask-api.js';
import { watchStatus } from '../../../../src/cli/status/watch.js';
import type { Status } from '../../../../src/server/diagnostics/status.js';
import { statusWith } from '../../../support/status.js';
import { createVirtualClock } from '../../../support/virtual-clock.js';

const following = (holder: string): Status =>
  statusWith({ identity: 'sb-2_x', leadership: { leading: false, election: true, term: 3, holder } });

/** A replica that says what it is told to. */
interface Told {
  readonly address: ApiAddress;
  readonly streams: ServerResponse[];
  /** What its answers are, unless it is 200. */
  code: number;
}

const servers: Server[] = [];
const stops: AbortController[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) stop.abort();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

async function replica(status: Status): Promise<Told> {
  const streams: ServerResponse[] = [];
  const server = createServer(({ url }, response) => {
    response.writeHead(told.code);
    if (told.code !== 200) response.end();
    else if (url === '/api/v1/status') response.end(JSON.stringify(status));
    else {
      streams.push(response);
      say(response, status);
    }
  });
  servers.push(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const told: Told = { address: { url: `http://127.0.0.1:${port}`, token: undefined }, streams, code: 200 };
  return told;
}

function say(response: ServerResponse, { gateways, ...status }: Status): void {
  response.write(`event: status\ndata: ${JSON.stringify(status)}\n\n`);
  response.write(`event: gateways\ndata: ${JSON.stringify({ changed: gateways, gone: [] })}\n\n`);
}

function watching(address: ApiAddress, find: () => Promise<Found> = () => leaderAt(address)) {
  const stop = new AbortController();
  stops.push(stop);
  const clock = createVirtualClock();
  const shown: Status[] = [];
  const troubles: string[] = [];
  const ended = watchStatus({
    ...{ address, find, clock, signal: stop.signal },
    show: (status) => void shown.push(status),
    onTrouble: (reason) => void troubles.push(reason),
  });
  /** Time passes slowly beside what comes through sockets. */
  const until = async (holds: () => boolean, pace = 10): Promise<void> => {
    while (!holds()) await clock.advance(pace);
  };
  return { stop, clock, shown, troubles, ended, until };
}

describe('watching', () => {
  it('gives up a stream that says nothing, not even that it is there, and asks anew', async () => {
    const { address, streams } = await replica(statusWith());
    const { clock, shown, troubles, until } = watching(address);
    await until(() => shown.length === 1);
    const heard = clock.now();
    await clock.advance(30_000);
    await new Promise((resolve) => streams[0]!.write(': still here\n\n', resolve));
    await until(() => troubles.length > 0, 500);
    expect(troubles).toEqual([`${address.url}: nothing has come for a while`]);
    expect(clock.now() - heard).toBeGreaterThanOrEqual(70_000);
    await until(() => shown.length === 2);
    expect(streams.length).toBe(2);
  });

  it('shows what changes at once as one, though it comes in two events', async () => {
    const { address, streams } = await replica(statusWith());
    const { shown, until, clock } = watching(address);
    await until(() => shown.length === 1);
    expect(shown[0]?.gateways.length).toBe(3);
    say(streams[0]!, { ...following('sb-9_x'), gateways: [] });
    await until(() => shown.length === 2);
    await clock.advance(1_000);
    expect(shown.length).toBe(2);
  });

  it('goes over to a new leader once it is told of one that can be found', async () => {
    const [old, heir] = [await replica(statusWith()), await replica(statusWith({ identity: 'sb-3_x' }))];
    let finds = 0;
    const find = (): Promise<Found> => {
      finds += 1;
      return leaderAt(heir.address);
    };
    const { shown, troubles, until } = watching(old.address, find);
    await until(() => shown.length === 1);
    expect(finds).toBe(0);
    say(old.streams[0]!, following('sb-3_x'));
    await until(() => shown.at(-1)?.identity === 'sb-3_x');
    expect(shown.map(({ identity }) => identity)).toEqual(['sb-1_x', 'sb-2_x', 'sb-3_x']);
    expect([finds, troubles]).toEqual([1, []]);
  });

  it('stays where it is when the leader is out of reach, and looks no more until there is another', async () => {
    const { address, streams } = await replica(statusWith());
    let finds = 0;
    const { shown, troubles, until } = watching(address, () => {
      finds += 1;
      return Promise.reject(new ApiProblem('nobody', 'absent'));
    });
    await until(() => shown.length === 1);
    for (const [index, holder] of ['sb-3_x', 'sb-3_x', 'sb-4_x'].entries()) {
      say(streams[0]!, following(holder));
      await until(() => shown.length === index + 2);
    }
    expect([finds, troubles]).toEqual([2, []]);
  });

  it('waits for a replica that a proxy says is not there, and ends for one that refuses', async () => {
    const told = await replica(statusWith());
    const { address, streams } = told;
    const { shown, troubles, ended, until } = watching(address);
    await until(() => shown.length === 1);
    told.code = 503;
    streams[0]!.destroy();
    await until(() => troubles.length === 2);
    expect(troubles).toEqual([`${address.url}: the connection has ended`, `${address.url}: it answers 503`]);
    told.code = 401;
    let why = '';
    void ended.catch((error: unknown) => (why = String(error)));
    await until(() => why !== '');
    expect(why).toContain('it wants its token');
  });
});
