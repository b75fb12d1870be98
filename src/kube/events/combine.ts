import type { Clock } from '../../clock/clock.js';
import { likeness } from './event.js';
import type { KubeEvent } from './event.js';

/** As many different messages on one object for one reason are Events of their own; the others are one. */
const OWN_EVENTS = 3;
/** After as long a silence they may be so again (client-go `EventAggregator`). */
const WINDOW_MS = 600_000;
const MOST_REMEMBERED = 1000;

interface Alike {
  readonly messages: Set<string>;
  lastAt: number;
}

/** client-go's mark: kubectl's users know it. */
const combined = (event: KubeEvent): KubeEvent => ({
  ...event,
  message: `(combined from similar events): ${event.message}`,
  combined: true,
});

/**
 * Gives an Event as it came, or as a combined one where there were others of its kind with other words lately: a Service whose
 * gateways come and go is a handful of lines, each up to date.
 */
export function createCombiner(clock: Clock): (event: KubeEvent) => KubeEvent {
  const known = new Map<string, Alike>();
  return (event) => {
    const key = likeness(event);
    const before = known.get(key);
    const now = clock.now();
    const fresh = before === undefined || now - before.lastAt > WINDOW_MS;
    const alike = fresh ? { messages: new Set<string>(), lastAt: now } : before;
    alike.lastAt = now;
    known.delete(key);
    known.set(key, alike);
    const [oldest] = known.keys();
    if (known.size > MOST_REMEMBERED && oldest !== undefined) known.delete(oldest);
    if (alike.messages.size < OWN_EVENTS) alike.messages.add(event.message);
    return alike.messages.has(event.message) ? event : combined(event);
  };
}
