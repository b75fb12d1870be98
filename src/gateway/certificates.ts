import { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';

/** Until when the certificates are good that a connection to an Admin API hangs on. */
export interface Certificates {
  /** The earliest end in the chain of our own. */
  readonly client: Date | undefined;
  /** The earliest end among the CAs that gateways are checked by. */
  readonly ca: Date | undefined;
  /** What gateways showed when they were last connected to, by the origin of their URL. */
  readonly servers: ReadonlyMap<string, Date>;
}

const PEM =
  /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[\s\S]*?-----END (?:TRUSTED |X509 )?CERTIFICATE-----/g;

function endOf(validTo: string): Date | undefined {
  const end = new Date(validTo);
  return Number.isNaN(end.getTime()) ? undefined : end;
}

function endOfPem(pem: string): Date | undefined {
  try {
    return endOf(new X509Certificate(pem).validTo);
  } catch {
    // What OpenSSL cannot read is told by the handshake that fails.
    return undefined;
  }
}

/** The earliest end of all certificates in a PEM text; `undefined` where it holds none. */
export function earliestEnd(pem: string | undefined): Date | undefined {
  const ends = (pem?.match(PEM) ?? []).flatMap((one) => endOfPem(one) ?? []);
  return ends.reduce<Date | undefined>(
    (first, end) => (first === undefined || end < first ? end : first),
    undefined,
  );
}

/** The end of what a server showed; `undefined` where it showed nothing that says one. */
export function endOfServer(socket: TLSSocket): Date | undefined {
  const shown = socket.getPeerCertificate();
  // A resumed session may know of none, whatever the types say.
  return 'valid_to' in shown ? endOf(shown.valid_to) : undefined;
}

/** More gateways than any fleet has: those that left make room. */
const MOST_SERVERS = 10_000;

/** What gateways showed, the newest of each. */
export function rememberServers(): {
  readonly ends: ReadonlyMap<string, Date>;
  readonly note: (origin: string, end: Date) => void;
} {
  const ends = new Map<string, Date>();
  return {
    ends,
    note(origin, end) {
      ends.delete(origin);
      ends.set(origin, end);
      for (const oldest of ends.keys()) if (ends.size > MOST_SERVERS) ends.delete(oldest);
    },
  };
}
