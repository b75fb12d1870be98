/**
 * Throws where nobody of ours can catch it, as Node does for a listener of an EventTarget: a listener that throws is a bug, which
 * must neither stop the watch or the renewals around it nor go unseen. The process decides (by default: it ends).
 */
export function rethrowLater(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
