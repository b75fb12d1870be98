// Certificates for TLS tests, made at run time: nothing secret lies in the repository, and nothing expires.
import { randomUUID } from 'node:crypto';
import { isIP } from 'node:net';
import { generate } from 'selfsigned';

export interface KeyPair {
  readonly key: string;
  readonly cert: string;
}

export interface Certificates {
  /** The CA that signed all the others, as PEM. */
  readonly ca: string;
  readonly caKey: string;
  readonly server: KeyPair;
  readonly client: KeyPair;
  /** A client certificate of somebody else's CA. */
  readonly stranger: KeyPair;
  /** Another certificate for the same CA, e.g. to rotate to. Kubernetes takes `organization` for a group. */
  issue(
    names: readonly string[],
    commonName?: string,
    organization?: string,
    validity?: Validity,
  ): Promise<KeyPair>;
}

export interface Validity {
  readonly from?: Date;
  readonly to?: Date;
}

export interface CertificateOptions {
  /** Names and addresses in the server's certificate. */
  readonly serverNames?: readonly string[];
  readonly clientName?: string;
}

/** A CA, a server certificate and client certificates, all with P-256 keys. */
export async function makeCertificates({
  serverNames = ['localhost', '127.0.0.1'],
  clientName = 'silverback',
}: CertificateOptions = {}): Promise<Certificates> {
  const [ca, otherCa] = await Promise.all([makeCa(), makeCa()]);
  const issue: Certificates['issue'] = (
    names,
    commonName = names[0] ?? 'localhost',
    organization,
    validity,
  ) => sign(ca, names, commonName, organization, validity);
  const [server, client, stranger] = await Promise.all([
    issue(serverNames),
    issue([clientName]),
    sign(otherCa, [clientName], clientName),
  ]);
  return { ca: ca.cert, caKey: ca.key, server, client, stranger, issue };
}

/** As Kong makes one for itself, where it is given none. */
export async function makeSelfSigned(name: string): Promise<KeyPair> {
  const made = await generate([{ name: 'commonName', value: name }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: name }] }],
  });
  return { key: made.private, cert: made.cert };
}

/** Each with a name of its own: where two CAs of one name are trusted, OpenSSL looks at the first one only. */
async function makeCa(): Promise<KeyPair> {
  const made = await generate([{ name: 'commonName', value: `CA ${randomUUID()}` }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, digitalSignature: true, critical: true },
    ],
  });
  return { key: made.private, cert: made.cert };
}

async function sign(
  ca: KeyPair,
  names: readonly string[],
  commonName: string,
  organization?: string,
  { from, to }: Validity = {},
): Promise<KeyPair> {
  const subject = [{ name: 'commonName', value: commonName }];
  if (organization !== undefined) subject.push({ name: 'organizationName', value: organization });
  const made = await generate(subject, {
    keyType: 'ec',
    algorithm: 'sha256',
    ca,
    ...(from !== undefined && { notBeforeDate: from }),
    ...(to !== undefined && { notAfterDate: to }),
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, keyEncipherment: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true, clientAuth: true },
      {
        name: 'subjectAltName',
        altNames: names.map((name) => (isIP(name) === 0 ? { type: 2, value: name } : { type: 7, ip: name })),
      },
    ],
  });
  return { key: made.private, cert: made.cert };
}
