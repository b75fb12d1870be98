import { EventEmitter } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { createEvents } from '../../../../src/server/diagnostics/events.js';
import type { HappeningStatus, Status } from '../../../../src/server/diagnostics/status.js';
import { createVirtualClock } from '../../../support/virtual-clock.js';
import { gateway, statusWith } from '../../../support/status.js';

/** As much of a response as the stream needs; whoever reads it slowly leaves `writableLength` above zero. */
class Listener extends EventEmitter {
  written: string[] = [];
  writableLength = 0;
  destroyed = false;
  status = 0;
  ended = false;
  writeHead(status: number): this {
    this.status = status;
    return this;
  }
  flushHeaders(): void {}
  write(text: string): boolean {
    this.written.push(text);
    return true;
  }
  end(): void {
    this.ended = true;
  }
  destroy(): void {
    this.destroyed = true;
    this.emit('close');
  }
  /** Names of the events since the last look. */
  take(): string[] {
    const text = this.written.splice(0).join('');
    return [...text.matchAll(/^(?:event: (.*)|(:).*)$/gm)].map(([, name, comment]) => name ?? comment!);
  }
}

function stage() {
  const clock = createVirtualClock();
  let status: Status = statusWith();
  const happenings: HappeningStatus[] = [];
  let asked = 0;
  const events = createEvents(
    {
      status: () => {
        asked += 1;
        return { ...status, time: clock.wall().toISOString() };
      },
      happenings: (after) => happenings.filter(({ seq }) => seq > after),
    },
    clock,
  );
  const listen = (headers: Record<string, string> = {}, method = 'GET'): Listener => {
    const listener = new Listener();
    events.handle({ method, headers } as unknown as IncomingMessage, listener as unknown as ServerResponse);
    return listener;
  };
  return {
    clock,
    events,
    listen,
    asked: () => asked,
    become: (more: Partial<Status>) => (status = statusWith(more)),
    happen: () =>
      happenings.push({ seq: happenings.length + 1, at: '', level: 'info', event: 'started', message: 'm' }),
  };
}

describe('the stream of events', () => {
  it('tells everything at first, then only what changed', async () => {
    const { clock, listen, become, happen } = stage();
    happen();
    const listener = listen();
    await clock.advance(0);
    expect(listener.take()).toEqual(['status', 'gateways', 'happening']);
    await clock.advance(5_000);
    expect(listener.take()).toEqual([]);
    become({ gateways: [gateway('kong-1'), gateway('kong-2', { phase: 'pushing' })] });
    await clock.advance(1_000);
    const [text] = listener.written;
    expect(text).toContain('"changed":[{"name":"kong-2"');
    expect(text).toContain('"gone":["kong-3"]');
    expect(listener.take()).toEqual(['status', 'gateways']);
  });

  it('does not take one more look at a gateway for news', async () => {
    const { clock, listen, become } = stage();
    const listener = listen();
    await clock.advance(0);
    listener.take();
    become({
      gateways: ['kong-1', 'kong-2', 'kong-3'].map((name) => gateway(name, { lookedAt: 'now', restMs: 5 })),
    });
    await clock.advance(1_000);
    expect(listener.take()).toEqual([]);
  });

  it('says now and then that it is still there', async () => {
    const { clock, listen } = stage();
    const listener = listen();
    await clock.advance(0);
    listener.take();
    await clock.advance(31_000);
    expect(listener.take()).toEqual([':', ':']);
  });

  it('tells at most twice a second', async () => {
    const { clock, listen, happen } = stage();
    const listener = listen();
    await clock.advance(0);
    listener.take();
    for (let count = 0; count < 100; count += 1) {
      happen();
      await clock.advance(10);
    }
    expect(listener.written.length).toBeLessThanOrEqual(2);
    expect(listener.take().length).toBeGreaterThanOrEqual(50);
  });

  it('keeps nothing for a slow client, tells it all at once later, and drops it when it takes nothing', async () => {
    const { clock, listen, become } = stage();
    const [slow, quick] = [listen(), listen()];
    await clock.advance(0);
    expect([slow.take(), quick.take()]).toEqual([
      ['status', 'gateways'],
      ['status', 'gateways'],
    ]);
    slow.writableLength = 1;
    for (const phase of ['pushing', 'verifying', 'in-sync'] as const) {
      become({ gateways: [gateway('kong-1', { phase, lastLoadMs: 7 })] });
      await clock.advance(600);
    }
    expect(quick.written.length).toBe(3);
    expect(slow.written).toEqual([]);
    slow.writableLength = 0;
    await clock.advance(600);
    expect(slow.written.length).toBe(1);
    expect(slow.take()).toEqual(['status', 'gateways']);
    slow.writableLength = 1;
    await clock.advance(31_000);
    expect([slow.destroyed, quick.destroyed]).toEqual([true, false]);
  });

  it('lets 32 listen, and another once one of them has left', async () => {
    const { clock, listen } = stage();
    const all = Array.from({ length: 32 }, () => listen());
    await clock.advance(0);
    expect(() => listen()).toThrow('32 listen already');
    all[0]!.destroy();
    expect(listen().status).toBe(200);
  });

  it('computes nothing while nobody listens, and once for all who do', async () => {
    const { clock, listen, asked } = stage();
    await clock.advance(60_000);
    expect(asked()).toBe(0);
    const all = [listen(), listen(), listen()];
    await clock.advance(0);
    expect(asked()).toBe(1);
    for (const each of all) each.destroy();
    await clock.advance(1_000);
    const before = asked();
    await clock.advance(60_000);
    expect(asked()).toBe(before);
  });

  it('goes on where somebody who comes again left off', async () => {
    const { clock, listen, happen } = stage();
    for (let count = 0; count < 5; count += 1) happen();
    const listener = listen({ 'last-event-id': '4' });
    const odd = listen({ 'last-event-id': '-1; DROP' });
    await clock.advance(0);
    expect(listener.take()).toEqual(['status', 'gateways', 'happening']);
    expect(odd.take().length).toBe(7);
  });

  it('answers HEAD, and lets go of everybody at the end', async () => {
    const { clock, events, listen } = stage();
    expect(listen({}, 'HEAD').ended).toBe(true);
    const listener = listen();
    await clock.advance(0);
    events.close();
    expect(listener.destroyed).toBe(true);
  });
});
