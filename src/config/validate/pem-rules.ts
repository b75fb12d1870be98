// Certificates and keys, as Kong 3.9 (with OpenSSL) takes them: each on its own, and those that belong together.
import { createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { isDict, own } from '../document/dict.js';
import type { Dict } from '../document/dict.js';
import type { Path } from '../parse/result.js';
import { readCertificate, readKey, readPrivateKey, readPublicKey } from '../syntax/pem.js';
import { jwkFault } from './jwk.js';
import type { Report } from './field-errors.js';
import { isVaultReference } from './vault-reference.js';

type EntityRule = (value: Dict, isSound: (path: Path) => boolean, report: Report) => void;

const NO_CERTIFICATE = 'is no certificate (PEM, with its line breaks)';
const NO_KEY = 'is no key (PEM, with its line breaks, and without a passphrase)';

/** The text of a field, where there is one that can be looked into. */
function textAt(value: Dict, field: string, isSound: (path: Path) => boolean): string | undefined {
  const text = own(value, field);
  return typeof text === 'string' && isSound([field]) && !isVaultReference(text) ? text : undefined;
}

const publicPart = (key: KeyObject): KeyObject => (key.type === 'private' ? createPublicKey(key) : key);

const certificate: EntityRule = (value, isSound, report) => {
  const pair = (certField: string, keyField: string): KeyObject | undefined => {
    const [cert, key] = [textAt(value, certField, isSound), textAt(value, keyField, isSound)];
    const parsed = cert === undefined ? undefined : readCertificate(cert);
    const keyObject = key === undefined ? undefined : readKey(key);
    if (cert !== undefined && parsed === undefined)
      report({ code: 'bad-value', message: NO_CERTIFICATE, path: [certField] });
    if (key !== undefined && keyObject === undefined)
      report({ code: 'bad-value', message: NO_KEY, path: [keyField] });
    if (parsed && keyObject && !publicPart(keyObject).equals(parsed.publicKey))
      report({ code: 'check', message: `is not the key of ${certField}`, path: [keyField] });
    return parsed?.publicKey;
  };
  const first = pair('cert', 'key');
  const second = pair('cert_alt', 'key_alt');
  if (first !== undefined && first.asymmetricKeyType === second?.asymmetricKeyType)
    report({
      code: 'check',
      message: 'must have a key of another type than cert, such as RSA beside EC',
      path: ['cert_alt'],
    });
};

const caCertificate: EntityRule = (value, isSound, report) => {
  const cert = own(value, 'cert');
  if (typeof cert !== 'string' || !isSound(['cert'])) return;
  const tell = (message: string): void => report({ code: 'bad-value', message, path: ['cert'] });
  const parsed = readCertificate(cert);
  if (parsed === undefined) tell(NO_CERTIFICATE);
  else if (cert.split('-----BEGIN CERTIFICATE-----').length > 2) tell('must be one certificate only');
  else if (!parsed.ca) tell('is no CA certificate: it lacks the basic constraint CA');
};

const key: EntityRule = (value, isSound, report) => {
  const jwk = textAt(value, 'jwk', isSound);
  const fault = jwk === undefined ? undefined : jwkFault(jwk, own(value, 'kid'));
  if (fault !== undefined) report({ code: 'bad-value', message: fault, path: ['jwk'] });
  const pem = own(value, 'pem');
  if (isDict(pem) && isSound(['pem'])) checkPemPair(pem, report);
};

function checkPemPair(pem: Dict, report: Report): void {
  const [privateText, publicText] = [own(pem, 'private_key'), own(pem, 'public_key')];
  if (isVaultReference(privateText) || isVaultReference(publicText)) return;
  const publicKey = typeof publicText === 'string' ? readPublicKey(publicText) : undefined;
  const privateKey = typeof privateText === 'string' ? readPrivateKey(privateText) : undefined;
  const tell = (message: string, field: string): void =>
    report({ code: 'bad-value', message, path: ['pem', field] });
  if (typeof publicText === 'string' && publicKey === undefined) tell('is no public key (PEM)', 'public_key');
  if (typeof privateText === 'string' && privateKey === undefined)
    tell('is no private key (PEM, without a passphrase)', 'private_key');
  if (publicKey && privateKey && !createPublicKey(privateKey).equals(publicKey))
    tell('does not belong to the private key', 'public_key');
}

/** Kong 3.9 looks at it only for these algorithms; ES256 and the like are not among them. */
const jwtSecret: EntityRule = (value, isSound, report) => {
  const text = textAt(value, 'rsa_public_key', isSound);
  const algorithm = own(value, 'algorithm');
  if (text === undefined || typeof algorithm !== 'string' || !/^(?:[RP]S|Ed)/.test(algorithm)) return;
  if (readKey(text) === undefined)
    report({ code: 'bad-value', message: 'is no public key (PEM)', path: ['rsa_public_key'] });
};

const RULES: Readonly<Record<string, EntityRule>> = {
  ca_certificates: caCertificate,
  certificates: certificate,
  jwt_secrets: jwtSecret,
  keys: key,
};

/** Applies the rules of one entity type; most have none. */
export function checkPem(type: string, value: Dict, isSound: (path: Path) => boolean, report: Report): void {
  RULES[type]?.(value, isSound, report);
}
