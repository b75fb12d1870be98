import type { Revision } from '../../config/revision.js';
import type { Outcome } from './outcome.js';

/** One object (docs/validate.md): its keys are an interface that scripts rely on. */
export function toJson({ valid, findings, revision, each }: Outcome): string {
  const report = {
    valid,
    findings,
    ...(revision && { revision: shown(revision) }),
    ...(each && {
      each: each.map((one) => ({
        file: one.file,
        valid: one.valid,
        ...(one.revision && { revision: shown(one.revision) }),
      })),
    }),
  };
  return JSON.stringify(report, null, 2);
}

const shown = ({ id, counts }: Revision): Pick<Revision, 'id' | 'counts'> => ({ id, counts });
