import { systemClock } from '../../clock/clock.js';
import { EMPTY_HASH } from '../../config/revision.js';
import type { Revision } from '../../config/revision.js';
import { openCluster } from '../../controller/cluster.js';
import type { Cluster } from '../../controller/cluster.js';
import { realOutside } from '../../controller/outside.js';
import type { Ports } from '../../controller/ports.js';
import type { AdminApi } from '../../gateway/admin-api.js';
import type { AdminReader } from '../../gateway/schemas.js';
import { oneLine } from '../../report/one-line.js';
import type { Member } from '../../rollout/care.js';
import { bounded } from '../../rollout/pause.js';
import type { Values } from '../../settings/read.js';
import { UnreadableConfig } from '../read-config.js';
import { pluginsOf } from '../read-live.js';
import type { SyncOptions } from '../sync.js';
import { textLines } from '../validate/text.js';
import { version } from '../version.js';
import { readAll, validated } from './candidate.js';
import type { Inputs, Validated } from './candidate.js';
import { dryRunLines } from './dry-run.js';
import { guarded, objectionsTo } from './holds.js';
import { isDone, summaryLines, toJson } from './outcome.js';
import type { Report } from './outcome.js';
import { painterFor, progress } from './progress.js';
import { rollOut } from './rollout.js';
import { createOnlooker } from './served.js';
import type { Candidate, Look } from './served.js';
import { stopper } from './stop.js';
import type { Stopper } from './stop.js';
import { leaseObjection, targetsOf } from './targets.js';

const OK = 0;
const FAILED = 1;
const USAGE = 2;

/** A plain answer to the question why nothing was pushed. */
class NotPushed extends Error {
  constructor(readonly reasons: readonly string[]) {
    super(reasons.join('\n'));
  }
}

const tell = (line: string): void => void process.stderr.write(`${line}\n`);

/** @returns the exit code: see the command's help */
export async function sync(paths: readonly string[], values: Values, options: SyncOptions): Promise<number> {
  const inputs = await readAll(paths, values);
  if ('problems' in inputs) {
    for (const problem of inputs.problems) tell(`error: ${problem}`);
    return USAGE;
  }
  const first = validated(inputs, values);
  if (!first.compilation.valid) return invalid(first, values, options);
  const stop = stopper(systemClock, options.timeout);
  try {
    return await withGateways(values, options, stop, (reached) => push(inputs, first, reached));
  } catch (error) {
    const reasons =
      error instanceof NotPushed ? error.reasons : [error instanceof Error ? error.message : String(error)];
    write(options, { ok: false, dryRun: options.dryRun, errors: reasons.map(oneLine) }, []);
    for (const reason of reasons) tell(`error: ${oneLine(reason)}`);
    return stop.exitCode() ?? FAILED;
  } finally {
    stop.end();
  }
}

interface Reached {
  readonly values: Values;
  readonly options: SyncOptions;
  readonly ports: Ports;
  readonly admin: AdminApi & AdminReader;
  readonly smoke: ReturnType<typeof realOutside>['smoke'];
  readonly members: readonly Member[];
  readonly stop: Stopper;
}

async function withGateways(
  values: Values,
  options: SyncOptions,
  stop: Stopper,
  use: (reached: Reached) => Promise<number>,
): Promise<number> {
  const clock = systemClock;
  const report = progress(clock, options.verbose, painterFor(process.stderr), tell);
  const ports: Ports = { clock, random: Math.random, report };
  const userAgent = `silverback/${version()} (sync)`;
  const cluster =
    values['kong-admin-svc'] !== undefined
      ? await openCluster(values, process.env, ports, userAgent)
      : undefined;
  try {
    const members = await targetsOf(values, cluster);
    await minded(values, options, cluster);
    const outside = realOutside(values, process.env, ports);
    const { admin, close } = await outside.openAdmin(
      () => userAgent,
      () => undefined,
    );
    try {
      return await use({ values, options, ports, admin, smoke: outside.smoke, members, stop });
    } finally {
      await close();
    }
  } finally {
    await cluster?.close();
  }
}

/** Two writers would undo each other's work for ever. */
async function minded(
  values: Values,
  { force, dryRun }: SyncOptions,
  cluster: Cluster | undefined,
): Promise<void> {
  if (cluster === undefined || force) return;
  const objection = await leaseObjection(values, cluster, systemClock.wall());
  if (objection === undefined) return;
  if (!dryRun) throw new NotPushed([objection]);
  tell(`a sync would be refused: ${oneLine(objection)}`);
}

async function push(inputs: Inputs, first: Validated, reached: Reached): Promise<number> {
  const { values, options, ports, members, stop, smoke } = reached;
  const begun = ports.clock.now();
  const { texts, compiler, compilation } = await withSchemas(inputs, first, reached);
  const { revision, findings, valid } = compilation;
  if (!valid || revision === undefined) return invalid({ texts, compiler, compilation }, values, options);
  findingsToStderr({ texts, compiler, compilation }, values);
  const candidate: Candidate = { compiler, texts, revision };
  const onlooker = createOnlooker({
    ...reached,
    ...ports,
    candidate,
    statusTimeoutMs: values['gateway-discovery-readiness-check-timeout'],
    stop: stop.signal,
  });
  const looks = await onlooker.look(members);
  const holds = [
    ...findings
      .filter(({ severity }) => severity === 'hold')
      .map(({ message, hint = '' }) => `${message}; ${hint}`),
    ...looks.flatMap((look) => objectionsTo(look, values)),
  ];
  if (options.dryRun) return dryRun(candidate, looks, holds, options);
  if (stop.signal.aborted) throw new NotPushed([`nothing was pushed: ${String(stop.signal.reason)}`]);
  if (holds.length > 0) throw new NotPushed(['held, nothing was pushed', ...holds]);

  const allHaveIt = looks.every(({ shown }) => 'hash' in shown && shown.hash === revision.id);
  const cleared = new Set(looks.flatMap(({ shown }) => ('hash' in shown ? shown.hash : [])));
  const results = await rollOut({
    ...ports,
    // Nothing is new to a fleet that has it.
    values: allHaveIt ? { ...values, canary: false } : values,
    admin: guarded(reached.admin, cleared, onlooker, values),
    smoke: allHaveIt ? undefined : smoke,
    members,
    revision,
    explain: (body) => compiler.explain(revision.id, body),
    stop: stop.signal,
  });
  const durationMs = ports.clock.now() - begun;
  const ok = results.every(isDone);
  const report = {
    ok,
    dryRun: false,
    revision: shownRevision(revision),
    durationMs: Math.round(durationMs),
    gateways: results,
  };
  write(options, report, summaryLines(revision, results, durationMs, painterFor(process.stdout)));
  return stop.exitCode() ?? (ok ? OK : FAILED);
}

/** Custom plugins are checked by the schemas of a gateway, where one gives them. */
async function withSchemas(inputs: Inputs, first: Validated, reached: Reached): Promise<Validated> {
  const names = first.compilation.unchecked ?? [];
  const { values, ports, admin, members, stop } = reached;
  const timeoutMs = values['gateway-discovery-readiness-check-timeout'];
  for (const member of names.length === 0 ? [] : members) {
    if (stop.signal.aborted) break;
    try {
      const ask = <T>(request: (signal: AbortSignal) => Promise<T>): Promise<T> =>
        bounded(ports.clock, timeoutMs, stop.signal, request);
      const pulled = await pluginsOf(admin, member, ask, names);
      return pulled.size === 0
        ? first
        : validated({ ...inputs, plugins: new Map([...pulled, ...inputs.plugins]) }, values);
    } catch (error) {
      if (!(error instanceof UnreadableConfig)) throw error;
    }
  }
  return first;
}

function dryRun(
  { revision }: Candidate,
  looks: readonly Look[],
  holds: readonly string[],
  options: SyncOptions,
): number {
  const ok = holds.length === 0 && looks.every(({ shown }) => 'hash' in shown);
  const gateways = looks.map(({ member: { name, url }, shown, difference }) => ({
    name,
    url,
    ...('trouble' in shown
      ? { result: 'failed', code: shown.trouble.code, reason: shown.trouble.reason }
      : {
          result: shown.hash === revision.id ? 'in-sync' : 'would-push',
          serves: shown.hash === EMPTY_HASH ? null : shown.hash,
        }),
    ...(difference && 'changes' in difference && { changes: difference.changes }),
  }));
  const report = { ok, dryRun: true, revision: shownRevision(revision), holds, gateways };
  write(options, report, [
    ...dryRunLines(revision, looks, holds, options.verbose, painterFor(process.stdout)),
  ]);
  return ok ? OK : FAILED;
}

function invalid(validated: Validated, values: Values, options: SyncOptions): number {
  const { findings } = validated.compilation;
  const lines = [...textLines(outcomeOf(validated), textOptions(values, process.stdout))];
  write(options, { ok: false, dryRun: options.dryRun, findings }, lines);
  return FAILED;
}

/** What a valid configuration is to be warned of: the summary belongs to the rollout. */
function findingsToStderr(validated: Validated, values: Values): void {
  if (validated.compilation.findings.length === 0) return;
  for (const line of textLines(outcomeOf(validated), textOptions(values, process.stderr))) tell(line);
}

const outcomeOf = ({ texts, compilation }: Validated): Parameters<typeof textLines>[0] => ({
  texts,
  ...compilation,
});

const textOptions = (values: Values, stream: NodeJS.WriteStream): Parameters<typeof textLines>[1] => ({
  strict: false,
  deck: values.deck,
  paint: painterFor(stream),
});

const shownRevision = ({ id, counts }: Revision): Pick<Revision, 'id' | 'counts'> => ({ id, counts });

function write({ output }: SyncOptions, report: Report, lines: readonly string[]): void {
  process.stdout.write(output === 'json' ? toJson(report) : lines.map((line) => `${line}\n`).join(''));
}
