import { Readable } from 'node:stream';

/** Bytes handed out at once. TLS makes copies of all that it is given; the kernel takes what is plain at once, or holds no copy. */
const SLICES = { plain: 256 * 1024, tls: 64 * 1024 };

/**
 * A request body that hands out the one shared buffer in windows, so that no connection ever holds more than a few of them (a
 * whole Buffer costs its size again per TLS connection), and that asks `mayWrite` before each: bytes that leave the process
 * after the fence would be another leader's.
 *
 * @param over what kind of connection it goes over
 *
 * Gives a stream for one attempt, and the number of bytes it has handed out so far.
 */
export function sliced(
  bytes: Uint8Array,
  mayWrite: () => boolean,
  over: keyof typeof SLICES,
): { readonly stream: Readable; readonly handedOut: () => number } {
  const size = SLICES[over];
  let offset = 0;
  const stream = new Readable({
    highWaterMark: size,
    read() {
      if (offset === bytes.length) this.push(null);
      else if (!mayWrite()) this.destroy(new Withdrawn());
      else {
        const slice = bytes.subarray(offset, offset + size);
        offset += slice.length;
        this.push(slice);
      }
    },
  });
  return { stream, handedOut: () => offset };
}

/** Thrown into the body stream when we may no longer write to a gateway. */
export class Withdrawn extends Error {
  constructor() {
    super('the lease ran out before the push was over');
    this.name = 'Withdrawn';
  }
}
