// Findings as workflow commands of GitHub Actions, which shows them on the lines of a pull request.
import type { Finding } from '../../config/finding.js';
import { STDIN } from '../read-config.js';
import type { Outcome } from './outcome.js';
import { summarise } from './summary.js';

/** One command for each finding, and the summary; the runner shows what is no command as it is. */
export function* githubLines(outcome: Outcome, strict: boolean): Generator<string> {
  for (const finding of outcome.findings) yield commandFor(finding, strict);
  yield summarise(outcome, strict);
}

function commandFor(finding: Finding, strict: boolean): string {
  const { severity, code, message, hint, file, line, column, endLine, endColumn } = finding;
  const level = severity === 'error' || strict ? 'error' : 'warning';
  const place = file === undefined || file === STDIN ? {} : { file, line, col: column, endLine, endColumn };
  const properties = Object.entries({ ...place, title: `${severity}: ${code}` })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${escapeProperty(String(value))}`);
  return `::${level} ${properties.join(',')}::${escapeData(hint === undefined ? message : `${message}; ${hint}`)}`;
}

/** Escaping as the runner undoes it (actions/toolkit, `command.ts`). */
function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
