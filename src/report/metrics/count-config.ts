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

  return (happening) => {
    switch (happening.kind) {
      case 'config-compiled':
        return compilation.observe({ result: 'valid' }, happening.durationMs / 1000);
      case 'config-invalid':
        return compilation.observe({ result: 'invalid' }, happening.durationMs / 1000);
      case 'config-held':
        for (const code of happening.codes) holds.inc({ code });
        return;
      case 'compile-failed':
        return compileFailures.inc();
      case 'source-quarantined':
        return quarantined.inc();
      case 'source-vanished':
        return vanished.inc();
      case 'source-unreadable':
        return unreadable.inc();
      case 'history-trouble':
        return historyFailures.inc({ code: happening.trouble.code });
      case 'schemas-failed':
        return schemaFailures.inc({ class: classOf(happening.trouble) });
      default:
        return;
    }
  };
}
