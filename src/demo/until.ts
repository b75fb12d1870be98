import type { Replica, ReplicaLine } from './replica.js';
import type { World } from './world.js';

/** The parts of a running system in which something may happen. */
export interface Scene {
  readonly world: World;
  readonly replicas: readonly Replica[];
}

/** Resolves when `holds` is true; looked at whenever a gateway, the Kubernetes API or a replica does something. */
export async function until(
  scene: Scene,
  what: string,
  holds: () => boolean,
  patienceMs: number,
): Promise<void> {
  if (holds()) return;
  const stops: (() => void)[] = [];
  let timer: NodeJS.Timeout | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      const look = (): void => {
        if (holds()) resolve();
      };
      stops.push(...scene.world.pods().map(({ kong }) => kong.onChange(look)));
      stops.push(...scene.replicas.map((replica) => replica.onLine(look)));
      stops.push(scene.world.kube.onChange(look));
      const inVain = `waited ${(patienceMs / 1000).toFixed(0)} s in vain for ${what}`;
      timer = setTimeout(() => reject(new Error(inVain)), patienceMs);
    });
  } finally {
    clearTimeout(timer);
    for (const stop of stops) stop();
  }
}

/** What the replicas said of an event since a moment (`performance.now`). */
export function linesSince(replicas: readonly Replica[], since: number, event: string): ReplicaLine[] {
  return replicas.flatMap(({ lines }) => lines.filter((line) => line.at >= since && line.event === event));
}

/** The running replica that was elected for the highest term. */
export function leaderOf(replicas: readonly Replica[]): Replica | undefined {
  let best: { readonly replica: Replica; readonly term: number } | undefined;
  for (const replica of replicas.filter((each) => each.running())) {
    const elected = replica.lines.findLast(({ event }) => event === 'leader-elected');
    if (elected === undefined) continue;
    const term = Number(elected.fields['term']);
    if (best === undefined || term > best.term) best = { replica, term };
  }
  return best?.replica;
}

/** Bytes of configuration that gateways have been sent since a moment. */
export function configBytesSince(world: World, since: number): number {
  const requests = world.pods().flatMap(({ kong }) => kong.requests.filter(({ at }) => at >= since));
  return requests.reduce((sum, { bytesReceived }) => sum + bytesReceived, 0);
}
