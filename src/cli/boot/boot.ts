import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { shortId } from '../../config/revision.js';
import type { TargetKong } from '../../config/validate/target.js';
import { codeOf, replaceFile } from '../../history/files.js';
import { oneLine } from '../../report/one-line.js';
import { parseDuration } from '../../settings/values.js';
import { isWrongUsage, WrongUsage, wordsFor } from '../history/opened.js';
import { holdsEntities, objectionTo } from './acceptable.js';
import { readLastGood } from './last-good.js';
import { targetFor } from './kong-version.js';

export interface BootOptions {
  readonly out: string;
  readonly timeout: string;
  readonly kongVersion: string | undefined;
}

/** Kong starts with it, serves nothing, and is not ready until it is configured. */
const MINIMAL = new TextEncoder().encode('{"_format_version":"3.0"}');
const NOTHING =
  'a configuration without entities: Kong starts, and is ready when Silverback has configured it';

/**
 * Writes last good to a file, or the next best thing. Only a file that cannot be written, or wrong usage, is a failure: a pod must
 * start without us.
 * @returns the exit code
 */
export async function boot(command: Command, options: BootOptions): Promise<0 | 1 | 2> {
  const { out } = options;
  try {
    if (!/\.(json|ya?ml)$/.test(out))
      throw new WrongUsage(`--out ${out}: Kong reads only files that end in .json, .yml or .yaml`);
    const timeout = parseDuration(options.timeout);
    if (!timeout.ok) throw new WrongUsage(`--timeout ${timeout.problem}`);
    const target = await targetFor(options.kongVersion);
    const { bytes, what } = await choose(command, out, timeout.value, target);
    if (bytes !== undefined) await replaceFile(out, bytes, 0o644);
    tell(`${out}: ${what}`);
    return 0;
  } catch (error) {
    if (isWrongUsage(error)) return tell(`error: ${wordsFor(error)}`, 2);
    return tell(`error: ${out} cannot be written: ${codeOf(error) || wordsFor(error)}`, 1);
  }
}

interface Choice {
  /** Undefined: what is there stays. */
  readonly bytes: Uint8Array | undefined;
  readonly what: string;
}

/** Last good, if Kong takes it; else what an earlier start left, if that is good; else nothing much. */
async function choose(
  command: Command,
  out: string,
  timeoutMs: number,
  target: TargetKong | undefined,
): Promise<Choice> {
  const found = await readLastGood(command, timeoutMs);
  if (found.kind === 'none')
    return { bytes: MINIMAL, what: `there is no last good yet, it holds ${NOTHING}` };
  let why: string;
  if (found.kind === 'revision') {
    const { id, bytes } = found.revision;
    const objection = objectionTo(bytes, out, target);
    if (objection === undefined)
      return { bytes, what: `it holds last good, ${shortId(id)} (${bytes.length} bytes)` };
    why = `last good ${shortId(id)} is not used: ${objection}`;
  } else {
    why = `WARNING: last good cannot be read: ${found.why}`;
  }
  const before = await readFile(out).catch(() => undefined);
  if (before !== undefined && holdsEntities(before, target) && objectionTo(before, out, target) === undefined)
    return { bytes: undefined, what: `${why}; what an earlier start wrote there stays` };
  return { bytes: MINIMAL, what: `${why}; it holds ${NOTHING}` };
}

function tell(text: string): void;
function tell<Code extends 1 | 2>(text: string, code: Code): Code;
function tell(text: string, code?: 1 | 2): 1 | 2 | undefined {
  process.stderr.write(`${oneLine(text)}\n`);
  return code;
}
