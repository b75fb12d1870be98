import type { X509Certificate } from 'node:crypto';

const DAY_MS = 24 * 3600 * 1000;
/** Certificates that run out sooner are worth a word: whoever renews them should have done so by then. */
const SOON_DAYS = 14;

/** What a certificate's dates mean at `now`: nothing when it is good for two weeks and more. */
export function expiry(
  what: string,
  certificate: X509Certificate,
  now: Date,
): { readonly verdict: 'fail' | 'warn'; readonly message: string; readonly fix: string } | undefined {
  const [from, to] = [new Date(certificate.validFrom), new Date(certificate.validTo)];
  if (now > to)
    return {
      verdict: 'fail',
      message: `${what} has expired, on ${day(to)}`,
      fix: 'renew it, or let cert-manager do so',
    };
  if (now < from)
    return {
      verdict: 'fail',
      message: `${what} is not yet valid: from ${from.toISOString()} on, and it is ${now.toISOString()} here`,
      fix: 'wait, or set the clock right: here, and where it was made',
    };
  const days = Math.floor((to.getTime() - now.getTime()) / DAY_MS);
  if (days >= SOON_DAYS) return undefined;
  return {
    verdict: 'warn',
    message: `${what} expires in ${days === 1 ? '1 day' : `${days} days`}, on ${day(to)}`,
    fix: 'renew it, or let cert-manager do so',
  };
}

export const day = (date: Date): string => date.toISOString().slice(0, 10);
