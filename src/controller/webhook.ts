import { parseReview, reviewAnswer } from '../kube/admission/review.js';
import type { AdmissionRequest, Verdict } from '../kube/admission/review.js';
import { followServingCertificate, readServingCertificate } from '../server/serving-certificate.js';
import { BadRequest, listenForReviews } from '../server/webhook.js';
import type { Listening } from '../server/listen.js';
import type { Values } from '../settings/read.js';
import type { Ports } from './ports.js';

/** Where the chart's ValidatingWebhookConfiguration sends its reviews. */
export const WEBHOOK_PATH = '/validate';
/** How often the certificate's files are looked at (ms); the kubelet itself needs up to a minute to write them. */
const POLL_MS = 5_000;

function parsed(body: unknown): AdmissionRequest {
  try {
    return parseReview(body);
  } catch (error) {
    throw new BadRequest(error instanceof Error ? error.message : 'no AdmissionReview');
  }
}

/**
 * Opens the admission webhook, where the settings ask for one.
 * @throws an Error that names the certificate's files, or the address, when one of them cannot be had
 */
export async function openWebhook(
  values: Values,
  { clock, report }: Ports,
  review: ((request: AdmissionRequest) => Promise<Verdict>) | undefined,
): Promise<Listening | undefined> {
  const address = values['admission-webhook-listen'];
  if (address === undefined || review === undefined) return undefined;
  const files = {
    certFile: values['admission-webhook-cert-file'],
    keyFile: values['admission-webhook-key-file'],
  };
  const certificate = await readServingCertificate(files);
  const webhook = await listenForReviews(address, {
    path: WEBHOOK_PATH,
    certificate,
    async answer(body) {
      const request = parsed(body);
      return reviewAnswer(request.uid, await review(request));
    },
  });
  report({ kind: 'serving', what: 'admission webhook', address: webhook.address });
  const following = followServingCertificate(files, certificate, {
    clock,
    pollMs: POLL_MS,
    onChange(next) {
      webhook.use(next);
      report({ kind: 'serving-certificate-rotated' });
    },
    onUnusable: (reason) => report({ kind: 'serving-certificate-unusable', reason }),
  });
  return {
    address: webhook.address,
    async close() {
      following.close();
      await webhook.close();
    },
  };
}
