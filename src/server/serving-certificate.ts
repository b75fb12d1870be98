import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import type { Clock } from '../clock/clock.js';

/** PEM texts of a server's certificate, with its chain, and of its key. */
export interface ServingCertificate {
  readonly cert: string;
  readonly key: string;
}

export interface CertificateFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

export interface FollowCertificateOptions {
  readonly clock: Clock;
  /** The pace at which the files are looked at (ms). */
  readonly pollMs: number;
  readonly onChange: (next: ServingCertificate) => void;
  /** They cannot be used now; told once for each reason. */
  readonly onUnusable: (reason: string) => void;
}

const READINGS = 5;

/** Of the operating system, e.g. ENOENT. */
function codeOf(error: unknown): string | undefined {
  const code: unknown =
    typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^E[A-Z]+$/.test(code) ? code : undefined;
}

async function readPair({ certFile, keyFile }: CertificateFiles): Promise<ServingCertificate> {
  const [cert, key] = await Promise.all([readFile(certFile, 'utf8'), readFile(keyFile, 'utf8')]);
  return { cert, key };
}

/**
 * The pair that the files hold now. The kubelet swaps all files of a Secret in one rename, but these are two reads: a pair that does
 * not fit is read again.
 *
 * @throws an Error that names the files, never what is in them
 */
export async function readServingCertificate(files: CertificateFiles): Promise<ServingCertificate> {
  for (let reading = 1; ; reading += 1) {
    try {
      const pair = await readPair(files);
      createSecureContext(pair);
      return pair;
    } catch (error) {
      if (reading < READINGS) continue;
      const code = codeOf(error) ?? 'no certificate with its key';
      throw new Error(`${files.certFile} and ${files.keyFile} cannot be used: ${code}`);
    }
  }
}

/** Follows the files from what was read of them; what cannot be used changes nothing. */
export function followServingCertificate(
  files: CertificateFiles,
  first: ServingCertificate,
  options: FollowCertificateOptions,
): { readonly close: () => void } {
  const { clock, pollMs, onChange, onUnusable } = options;
  let current = first;
  let told: string | undefined;
  let closed = false;
  let cancel = (): void => undefined;

  const look = async (): Promise<void> => {
    try {
      const next = await readServingCertificate(files);
      told = undefined;
      if (next.cert === current.cert && next.key === current.key) return;
      current = next;
      if (!closed) onChange(next);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (reason !== told && !closed) onUnusable(reason);
      told = reason;
    }
  };
  const schedule = (): void => {
    cancel = clock.after(pollMs, () => {
      void look().then(() => {
        if (!closed) schedule();
      });
    });
  };
  schedule();
  return {
    close() {
      closed = true;
      cancel();
    },
  };
}
