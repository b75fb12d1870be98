import type { Report } from '../happening.js';
import { classOf, classOfPush, PUSH_CLASSES, TROUBLE_CLASSES } from './classes.js';
import type { Instruments } from './instruments.js';

/** What goes to gateways, and what comes back. */
export function countPushes({ counter, histogram }: Instruments): Report {
  const pushes = counter<'result' | 'class'>(
    'pushes',
    'Pushes by what came of them, and by the class of answer or trouble behind it',
    { result: [], class: [] },
  );
  for (const [result, classes] of Object.entries(PUSH_CLASSES)) {
    for (const each of classes) pushes.inc({ result, class: each }, 0);
  }
  const duration = histogram(
    'push_duration',
    "From the first byte of a push to the end of the answer: the load's duration, where it was accepted",
    { result: Object.keys(PUSH_CLASSES) },
  );
  const bytes = counter('push_bytes', 'Bytes of configuration in the pushes that were begun');
  const skipped = counter(
    'pushes_skipped',
    'Gateways found on the desired revision, so that nothing was pushed',
  );
  const late = counter('pushes_late', 'Pushes that took far longer than others, and gave up their place');
  const withheld = counter('pushes_withheld', 'Pushes that --observe withheld');
  const retries = counter('retries', 'Retries by the class of what went wrong', { class: TROUBLE_CLASSES });
  const rests = counter('rests', 'Times a gateway had to rest before its next load');
  const strange = counter(
    'hashes_accepted',
    "Hashes other than the revision's MD5 that were believed after two pushes",
  );

  return (happening) => {
    switch (happening.kind) {
      case 'push-started':
        bytes.inc(happening.bytes);
        return;
      case 'push-ended': {
        const { result, durationMs, trouble } = happening;
        pushes.inc({ result, class: classOfPush(result, trouble) });
        duration.observe({ result }, durationMs / 1000);
        return;
      }
      case 'push-skipped':
        skipped.inc();
        return;
      case 'push-late':
        late.inc();
        return;
      case 'would-push':
        withheld.inc();
        return;
      case 'retry':
        retries.inc({ class: classOf(happening.trouble) });
        return;
      case 'gateway-resting':
        rests.inc();
        return;
      case 'hash-accepted':
        strange.inc();
        return;
      default:
        return;
    }
  };
}
