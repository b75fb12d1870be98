import type { Clock } from '../../src/clock/clock.js';
import { startController } from '../../src/controller/controller.js';
import type { Controller } from '../../src/controller/controller.js';
import type { AsyncCompiler } from '../../src/controller/compiler.js';
import { promptGzip } from './operator.js';
import { createClient } from '../../src/kube/client/client.js';
import type { Values } from '../../src/settings/read.js';
import { createVirtualProcess } from '../support/virtual-process.js';
import type { VirtualProcess } from '../support/virtual-process.js';
import type { Dice } from './dice.js';
import type { Note, Run } from './facts.js';
import { linkToGateways } from './gateway-link.js';
import type { Hosts } from './gateway-link.js';
import { linkToKube } from './kube-link.js';
import type { ApiServer } from './kube-link.js';
import type { Network } from './network.js';
import { NAMESPACE } from './pods.js';

/** A controller's Pod: its process may die, be stopped, and start again. */
export interface Replica {
  readonly name: string;
  /** Its process, if one runs (or is stopped). */
  readonly run: () => Run | undefined;
  readonly start: () => void;
  /** SIGKILL. */
  readonly crash: () => void;
  /** SIGTERM: it lays its work down. */
  readonly shutDown: () => void;
  /** SIGSTOP; gives SIGCONT. */
  readonly pause: () => () => void;
}

export interface ReplicaOptions {
  readonly name: string;
  readonly clock: Clock;
  readonly dice: Dice;
  readonly rate: number;
  readonly values: Values;
  readonly network: Network;
  readonly server: ApiServer;
  readonly hosts: Hosts;
  readonly resets: () => number;
  readonly sliceMs: number;
  /** Asked before it starts; otherwise a little later. */
  readonly mayStart: () => boolean;
  readonly compiler: (run: Run) => AsyncCompiler;
  readonly note: Note;
}

interface Life {
  readonly run: Run;
  readonly process: VirtualProcess;
  readonly close: () => void;
  controller: Controller | undefined;
}

/** terminationGracePeriodSeconds of the chart (ms). */
const GRACE_MS = 30_000;

export function createReplica(options: ReplicaOptions): Replica {
  const { name, clock, dice, note } = options;
  let lives = 0;
  let life: Life | undefined;
  const toldToStop = new Map<string, number>();

  const event = (what: string): void => note({ kind: 'event', who: life?.run.name ?? name, what });

  function start(): void {
    if (life !== undefined) return;
    if (!options.mayStart()) return void clock.after(500, start);
    lives += 1;
    const process = createVirtualProcess(clock, {
      rate: options.rate,
      wallOffsetMs: dice.between(-60_000, 60_000),
    });
    let stoppedSince: number | undefined;
    let resumedAt: number | undefined;
    const run: Run = {
      name: `${name}#${lives}`,
      identity: `${name}_${lives}`,
      rate: options.rate,
      startedAt: clock.now(),
      process: {
        ...process,
        stop() {
          stoppedSince = clock.now();
          process.stop();
        },
        resume() {
          stoppedSince = undefined;
          resumedAt = clock.now();
          process.resume();
        },
      },
      stoppedSince: () => stoppedSince,
      resumedAt: () => resumedAt,
      toldToStopAt: () => toldToStop.get(run.name),
    };
    const link = linkToKube({ ...options, run, from: name, dice: dice.of(`${run.name}/kube`) });
    const now: Life = { run, process, close: link.close, controller: undefined };
    life = now;
    event(`starts, its clock at ${(options.rate * 100).toFixed(1)} %`);
    void startController({
      clock: run.process.clock,
      random: dice.of(`${run.name}/random`).roll,
      report: (happening) => note({ kind: 'said', by: run, happening }),
      values: options.values,
      version: '0',
      identity: run.identity,
      election: true,
      cluster: {
        client: createClient({ send: link.send, clock: run.process.clock }),
        namespace: NAMESPACE,
        close: () => Promise.resolve(),
      },
      outside: {
        openAdmin: (userAgent) =>
          Promise.resolve({
            admin: linkToGateways(
              { ...options, run, from: name, dice: dice.of(`${run.name}/admin`) },
              userAgent,
            ),
            certificates: () => ({ client: undefined, ca: undefined, servers: new Map() }),
            close: () => Promise.resolve(),
          }),
        gzip: promptGzip,
        startCompiler: () => Promise.resolve(options.compiler(run)),
      },
    }).then((controller) => {
      now.controller = controller;
    });
  }

  function end(what: string): void {
    if (life === undefined) return;
    event(what);
    life.run.process.kill();
    life.close();
    life = undefined;
  }

  return {
    name,
    run: () => life?.run,
    start,
    crash: () => end('crashes'),
    shutDown() {
      const leaving = life;
      // A process that is stopped gets no SIGTERM before it goes on, and SIGKILL first.
      if (leaving?.controller === undefined || leaving.run.stoppedSince() !== undefined) {
        end('crashes');
        return;
      }
      event('gets SIGTERM');
      if (!toldToStop.has(leaving.run.name)) toldToStop.set(leaving.run.name, clock.now());
      const gone = (what: string) => (): void => {
        if (life !== leaving) return;
        end(what);
        clock.after(dice.between(500, 3_000), start);
      };
      clock.after(GRACE_MS, gone('gets SIGKILL'));
      void leaving.controller.stop().then(gone('exits'));
    },
    pause() {
      const paused = life;
      if (paused === undefined || paused.run.stoppedSince() !== undefined) return () => undefined;
      event('is stopped');
      paused.run.process.stop();
      return () => {
        if (life !== paused) return;
        event('goes on');
        paused.run.process.resume();
      };
    },
  };
}
