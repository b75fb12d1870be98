import type { Report } from '../happening.js';
import { classOf, TROUBLE_CLASSES } from './classes.js';
import type { Instruments } from './instruments.js';

/** Why a configuration is held: gone sources, changes that take much away, and findings that say `hold`. */
const HOLD_CODES = [
  'source-vanished',
  'no-sources',
  'drastic-change',
  'foreign-config',
  'no-entities',
  'second-document',
  'placeholder',
  'null-id',
  'health-counter',
];

const HISTORY_CODES = [
  'unreachable',
  'forbidden',
  'missing',
  'corrupt',
  'newer',
  'contended',
  'full',
  'superseded',
  'too-large',
  'not-kept',
  'internal',
];

/** What becomes of the sources on their way to a revision. */
export function countConfig({ counter, histogram }: Instruments): Report {
  const compilation = histogram(
    'config_compile_duration',
    'Parsing, merging, validating and sealing the sources',
    { result: ['valid', 'invalid'] },
  );
  const compileFailures = counter(
    'config_compile_failures',
    'Times the validator stopped without a verdict, so that nothing is known of the newest sources',
  );
  const holds = counter('config_holds', 'Configurations that were held, by why', { code: HOLD_CODES });
  const quarantined = counter('sources_quarantined', 'Sources kept out because their change was invalid');
  const vanished = counter('sources_vanished', 'Sources that vanished or lost all of their configuration');
  const unreadable = counter('sources_unreadable', 'Files and folders that could not be read');
  const historyFailures = counter('history_failures', 'Reads and writes of the history that failed, by why', {
    code: HISTORY_CODES,
  });
  const schemaFailures = counter(
    'schema_pull_failures',
    'Times a gateway gave no schemas of plugins that nobody here knows, by the class of what went wrong',
    { class: TROUBLE_CLASSES },
  );

  const annotationFailures = counter(
    'source_annotation_failures',
    'Times the state of a source could not be noted on it',
  );
  const reviews = counter(
    'admission_reviews',
    'Changes of sources that the admission webhook was asked about, by whether it allowed them',
    { allowed: ['true', 'false'] },
  );

  return (happening) => {
    switch (happening.kind) {
      case 'config-compiled':
        compilation.observe({ result: 'valid' }, happening.durationMs / 1000);
        return;
      case 'config-invalid':
        compilation.observe({ result: 'invalid' }, happening.durationMs / 1000);
        return;
      case 'config-held':
        for (const code of happening.codes) holds.inc({ code });
        return;
      case 'compile-failed':
        compileFailures.inc();
        return;
      case 'source-quarantined':
        quarantined.inc();
        return;
      case 'source-vanished':
        vanished.inc();
        return;
      case 'source-unreadable':
        unreadable.inc();
        return;
      case 'history-trouble':
        historyFailures.inc({ code: happening.trouble.code });
        return;
      case 'schemas-failed':
        schemaFailures.inc({ class: classOf(happening.trouble) });
        return;
      case 'annotation-failed':
        annotationFailures.inc();
        return;
      case 'change-reviewed':
        reviews.inc({ allowed: String(happening.allowed) });
        return;
      default:
        return;
    }
  };
}
