import { createPublicKey } from 'node:crypto';
import {
  readCertificate,
  readJwk,
  readKey,
  readPrivateKey,
  readPublicKey,
} from '../../../../config/syntax/pem.js';
import { index, isTable, LuaError, typeName, type Table, type Value } from '../../lua/value.js';
import { isReference } from '../reference.js';

/** What OpenSSL 3.0 tells Kong about a text that is no certificate and no key at all. */
const NO_CERTIFICATE =
  'x509.new: error:680008E:asn1 encoding routines:asn1_d2i_read_bio:not enough data:crypto/asn1/a_d2i_fp.c:155:';
const NO_KEY =
  'pkey.new:load_key: error:1E08010C:DECODER routines:OSSL_DECODER_from_bio:unsupported:' +
  'crypto/encode_decode/decoder_lib.c:103:';

export function certificate(value: string): string | undefined {
  return readCertificate(value) === undefined ? `invalid certificate: ${NO_CERTIFICATE}` : undefined;
}

/** Kong takes a public key, too, where it asks for a private one. */
export function key(value: string): string | undefined {
  return readKey(value) === undefined ? `invalid key: ${NO_KEY}` : undefined;
}

export function jwtKey(value: Value): string | undefined {
  return typeof value === 'string' && readKey(value) !== undefined ? undefined : 'invalid key';
}

export function pemPair(value: Value): string | undefined {
  const pair = { private: index(value, 'private_key'), public: index(value, 'public_key') };
  if (isReference(pair.private) || isReference(pair.public)) return undefined;
  const publicKey = typeof pair.public === 'string' ? readPublicKey(pair.public) : undefined;
  if (typeof pair.public === 'string' && publicKey === undefined) return 'could not load public key';
  const privateKey = typeof pair.private === 'string' ? readPrivateKey(pair.private) : undefined;
  if (typeof pair.private === 'string' && privateKey === undefined) {
    return `could not load private key${NO_KEY}`;
  }
  if (privateKey === undefined || publicKey === undefined) return undefined;
  return createPublicKey(privateKey).equals(publicKey) ? undefined : 'public key does not match private key';
}

/** `key` belongs to `cert`; `words` begin the message. */
export function keyMatches(cert: string, keyText: string, words: string): string | undefined {
  const certificateKey = readCertificate(cert)?.publicKey;
  const keyObject = readKey(keyText);
  if (certificateKey === undefined || keyObject === undefined)
    throw new LuaError('attempt to index a nil value');
  const publicKey = keyObject.type === 'private' ? createPublicKey(keyObject) : keyObject;
  return publicKey.equals(certificateKey) ? undefined : `${words} does not match key`;
}

export function certificatesDiffer(cert: string, alternative: string): string | undefined {
  const [first, second] = [readCertificate(cert), readCertificate(alternative)];
  if (first === undefined || second === undefined) throw new LuaError('attempt to index a nil value');
  if (first.publicKey.asymmetricKeyType !== second.publicKey.asymmetricKeyType) return undefined;
  return (
    'certificate and alternative certificate need to have different type (e.g. RSA and ECDSA), the provided ' +
    'certificates were both of the same type'
  );
}

export function caCertificate(cert: string): string | undefined {
  if (cert.split('-----BEGIN CERTIFICATE-----').length > 2)
    return 'please submit only one certificate at a time';
  const parsed = readCertificate(cert);
  if (parsed === undefined) throw new LuaError('attempt to index a nil value');
  if (Date.parse(parsed.validTo) < Date.now()) return 'certificate expired, "Not After" time is in the past';
  if (parsed.ca) return undefined;
  return 'certificate does not appear to be a CA because it is missing the "CA" basic constraint';
}

/** SHA-256 of the certificate, which Kong keeps as `cert_digest`. */
export function certificateDigest(cert: string): string | undefined {
  return readCertificate(cert)?.fingerprint256.replaceAll(':', '').toLowerCase();
}

/** The rules of `keys` that need both the key and its id. */
export function keyEntity(entity: Table): string | undefined {
  const jwk = entity.get('jwk');
  if (typeof jwk === 'string' && !isReference(jwk)) return jwkProblem(jwk, entity.get('kid'));
  const pem = entity.get('pem');
  if (isTable(pem) && index(pem, 'private_key') === undefined && index(pem, 'public_key') === undefined) {
    return 'need to supply a PEM formatted public and/or private key.';
  }
  return undefined;
}

function jwkProblem(jwk: string, kid: Value | undefined): string | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(jwk);
  } catch {
    return 'could not json decode jwk string';
  }
  if (typeof parsed === 'string') return 'kid in jwk.kid must be equal to keys.kid';
  if (typeof parsed !== 'object' || parsed === null) {
    throw new LuaError(`attempt to index a ${typeName(parsed === null ? null : Number(parsed))} value`);
  }
  if (!('kid' in parsed) || parsed.kid !== kid) return 'kid in jwk.kid must be equal to keys.kid';
  if (!readJwk(parsed)) return 'could not load JWK, likely not a valid key';
  const complaints = Object.entries(parsed).flatMap(([name, value]) => jwkMemberProblem(name, value) ?? []);
  return complaints.length === 0 ? undefined : `Validation error: ${complaints.join('; ')}`;
}

const JWK_TEXTS = new Set(
  'issuer kty use alg kid x5u x5t x5t#S256 k x y crv n e d p q dp dq qi oth r t'.split(' '),
);
const JWK_LISTS = new Set(['key_ops', 'x5c']);

function jwkMemberProblem(name: string, value: unknown): string | undefined {
  if (value === null) return undefined;
  if (JWK_LISTS.has(name)) {
    if (!Array.isArray(value)) return `${name}: expected an array`;
    return value.every((item) => typeof item === 'string')
      ? undefined
      : `${name}: Validation error: expected a string`;
  }
  if (!JWK_TEXTS.has(name)) return `${name}: unknown field`;
  if (typeof value !== 'string') return `${name}: expected a string`;
  return value === '' ? `${name}: length must be at least 1` : undefined;
}
