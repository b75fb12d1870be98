// Certificates that have expired or soon will. Kong 3.9.3 takes an expired server certificate without a word; an expired CA it
// refuses: that one is no doubt, but an error.
import { own } from '../../document/dict.js';
import type { Entity } from '../../document/entity.js';
import type { Problem } from '../../document/problem.js';
import { readCertificate } from '../../syntax/pem.js';
import { doubtProblem } from './doubt.js';

/** When the certificate in a field runs out. */
export interface Expiry {
  readonly entity: Entity;
  readonly field: string;
  /** Which of the chain, from 0. */
  readonly index: number;
  /** Milliseconds since 1970. */
  readonly at: number;
}

const FIELDS: Readonly<Record<string, readonly string[]>> = {
  certificates: ['cert', 'cert_alt'],
  ca_certificates: ['cert'],
};
const PEM = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;
/** Reading one takes some 50 µs: more than these are not looked at. */
const MAX_READ = 5000;
const MAX_CHAIN = 10;

/** Reads every certificate of one text, equal ones once. What is none is others' business. */
export function readExpiries(entities: readonly Entity[]): Expiry[] {
  const known = new Map<string, number | undefined>();
  const expiryOf = (pem: string): number | undefined => {
    if (!known.has(pem) && known.size < MAX_READ) known.set(pem, expiryOfPem(pem));
    return known.get(pem);
  };
  return entities.flatMap((entity) => {
    const { type } = entity.model;
    const fields = Object.hasOwn(FIELDS, type) ? (FIELDS[type] ?? []) : [];
    return fields.flatMap((field) => {
      const chain = chainIn(own(entity.value, field));
      return chain.flatMap((pem, index) => {
        const at = expiryOf(pem);
        return at === undefined ? [] : [{ entity, field, index, at }];
      });
    });
  });
}

function chainIn(value: unknown): string[] {
  return typeof value === 'string' ? (value.match(PEM) ?? []).slice(0, MAX_CHAIN) : [];
}

function expiryOfPem(pem: string): number | undefined {
  const at = Date.parse(readCertificate(pem)?.validTo ?? '');
  return Number.isNaN(at) ? undefined : at;
}

const DAY = 24 * 60 * 60 * 1000;
const SOON = 30 * DAY;

export function expiryProblems(expiries: readonly Expiry[], now: Date): Problem[] {
  return expiries.flatMap(({ entity, field, index, at }) => {
    const left = at - now.getTime();
    const isExpired = left < 0;
    if (left > SOON) return [];
    const which = index === 0 ? field : `${field}, certificate ${index + 1} of its chain,`;
    const date = new Date(at).toISOString().slice(0, 10);
    const isRefused = isExpired && entity.model.type === 'ca_certificates';
    const doubt = {
      severity: 'warning',
      code: isExpired ? 'certificate-expired' : 'certificate-expires',
      message: isExpired
        ? `${which} has expired on ${date}: ${isRefused ? 'Kong refuses it' : 'Kong serves it nevertheless, and clients turn it away'}`
        : `${which} expires on ${date}, ${daysLeft(left)}`,
      hint: 'renew it',
      path: [field],
    } as const;
    return [{ ...doubtProblem(entity, doubt), ...(isRefused && { severity: 'error' as const }) }];
  });
}

function daysLeft(milliseconds: number): string {
  const days = Math.floor(milliseconds / DAY);
  return days === 0 ? 'within a day' : `in ${days} day${days === 1 ? '' : 's'}`;
}
