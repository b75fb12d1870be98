// Certificates and keys as OpenSSL reads them.
import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

/** Whether a JSON Web Key is one of a kind that OpenSSL knows. */
export function readJwk(jwk: object): boolean {
  const members = Object.fromEntries(Object.entries(jwk));
  const isPrivate = typeof members['d'] === 'string';
  const read = isPrivate ? createPrivateKey : createPublicKey;
  return attempt(() => read({ key: members, format: 'jwk' })) !== undefined;
}

/** The first certificate of a PEM text; undefined for what is none. */
export function readCertificate(text: string): X509Certificate | undefined {
  return attempt(() => new X509Certificate(text));
}

/** A private or a public key. */
export function readKey(text: string): KeyObject | undefined {
  return readPrivateKey(text) ?? readPublicKey(text);
}

/** A private key that no passphrase protects. */
export function readPrivateKey(text: string): KeyObject | undefined {
  return isPem(text) ? attempt(() => createPrivateKey(text)) : undefined;
}

/** A public key only: Node would also derive one from a private key or a certificate. */
export function readPublicKey(text: string): KeyObject | undefined {
  return text.includes('PUBLIC KEY') ? attempt(() => createPublicKey(text)) : undefined;
}

/** OpenSSL tries every format it knows before it gives up, which takes it a while. */
const isPem = (text: string): boolean => text.includes('-----BEGIN');

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
