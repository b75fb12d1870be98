// One text, up to the point where others matter: read; then brought to Kong's dialect and format; then each entity validated.
import { createHash } from 'node:crypto';
import { applyDeck } from './deck/apply.js';
import { NO_SETTINGS, readDeckSettings } from './deck/settings.js';
import type { DeckSettings } from './deck/settings.js';
import { maskTemplates } from './deck/template.js';
import type { Environment, MaskedText, TemplateFault } from './deck/template.js';
import { collectEntities } from './document/collect.js';
import { asRecord, own } from './document/dict.js';
import type { Dict } from './document/dict.js';
import type { Entity } from './document/entity.js';
import { migratePaths } from './document/migrate-paths.js';
import { holdsPlaceholder, placeholderProblems } from './document/placeholders.js';
import { MAX_SHOWN } from './document/problem.js';
import type { Problem } from './document/problem.js';
import { holdsRedacted, redactedProblems } from './document/redacted.js';
import type { Severity } from './finding.js';
import { readProblems, unreadable } from './document/read-problems.js';
import { BUNDLED_PLUGINS } from './schema/plugin-model.js';
import type { Plugins } from './schema/plugin-model.js';
import { readText } from './parse/read-text.js';
import type { Places, Position, ReadLimits, ReadOk } from './parse/result.js';
import { readExpiries } from './validate/doubts/certificates.js';
import type { Expiry } from './validate/doubts/certificates.js';
import { entityDoubts } from './validate/doubts/entity-doubts.js';
import { plainSecretProblem } from './validate/doubts/plain-secrets.js';
import { validateEntity } from './validate/entity.js';
import { targetProblems } from './validate/target.js';
import type { TargetKong } from './validate/target.js';
import { topLevelProblems } from './validate/top-level.js';

export interface Dialect {
  /** Whether decK's keys and placeholders are applied; otherwise they are errors and holds. */
  readonly deck: boolean;
  readonly env: Environment;
  readonly limits?: Partial<ReadLimits>;
}

/** One text, read. */
export interface ReadDocument {
  readonly problems: readonly Problem[];
  /** As written; undefined when the text is no configuration at all. */
  readonly config?: Dict;
  readonly deck: DeckSettings;
  /** Texts that hold values from the environment. */
  readonly rendered: ReadonlySet<string>;
  readonly places: () => Places;
}

/** What one text says, whatever its file is called and whatever else there is. */
export interface Prepared {
  readonly problems: readonly Problem[];
  /** More problems were found than are kept. */
  readonly truncated: boolean;
  readonly entities: readonly Entity[];
  /** `_transform`: false when passwords are hashed already. */
  readonly transform: boolean;
  readonly topLevelKeys: ReadonlySet<string>;
  /** When the certificates in it run out: judged anew at each compilation. */
  readonly expiries: readonly Expiry[];
  readonly places: () => Places;
}

export function digestOf(text: string | Uint8Array): string {
  return createHash('sha1').update(text).digest('hex');
}

export function readDocument(text: string | Uint8Array, { deck, env, limits = {} }: Dialect): ReadDocument {
  let masked: MaskedText | undefined;
  const rendered = new Set<string>();
  const mask = (plain: string): MaskedText | undefined =>
    (masked = remembering(maskTemplates(plain, env), rendered));
  const read = readText(text, limits, deck ? mask : undefined);
  if (!read.ok) {
    const { line, column } = read;
    const hint =
      !deck && holdsPlaceholder(text) ? "if this text is decK's, start Silverback with --deck" : undefined;
    const problem = { ...unreadable(read), ...(hint !== undefined && { hint }) };
    const places = (): Places => ({ find: () => ({ line, column }) });
    return { problems: [problem], deck: NO_SETTINGS, rendered, places };
  }
  const places = placesOnce(read);
  const templates = (masked?.faults() ?? []).map((fault) => templateProblem(fault, read.position));
  const config = read.value === null ? {} : asRecord(read.value);
  const problems = [
    ...readProblems(read),
    ...templates,
    ...(holdsRedacted(text) ? redactedProblems(config) : []),
  ];
  if (config === undefined)
    return { problems: [...problems, notAConfig(read)], deck: NO_SETTINGS, rendered, places };
  if (!deck)
    return {
      problems: [...problems, ...(holdsPlaceholder(text) ? placeholderProblems(config) : [])],
      config,
      deck: NO_SETTINGS,
      rendered,
      places,
    };
  const { settings, problems: wrong } = readDeckSettings(config);
  return { problems: [...problems, ...wrong], config, deck: settings, rendered, places };
}

/** Notes the texts into which values from the environment were put. */
function remembering(masked: MaskedText | undefined, rendered: Set<string>): MaskedText | undefined {
  if (masked === undefined) return undefined;
  const render = (scalar: string): string => {
    const text = masked.render(scalar);
    if (text !== scalar) rendered.add(text);
    return text;
  };
  return { ...masked, render };
}

/** @param settings decK's, of all documents together; undefined without decK's dialect */
export function prepare(
  document: ReadDocument,
  settings: DeckSettings | undefined,
  plugins: Plugins = BUNDLED_PLUGINS,
  target?: TargetKong,
): Prepared {
  const { config: written, places } = document;
  const sink = problemSink();
  document.problems.forEach(sink.add);
  const topLevelKeys = new Set(Object.keys(written ?? {}));
  if (written === undefined)
    return { ...sink.result(), entities: [], transform: true, topLevelKeys, expiries: [], places };
  const { config: plain, problems } = settings
    ? applyDeck(written, settings)
    : { config: written, problems: [] };
  [...problems, ...topLevelProblems(plain)].forEach(sink.add);
  const config = isOldFormat(plain) ? migratePaths(plain) : plain;
  const entities = collectEntities(config, plugins, sink.add);
  for (const entity of entities) {
    // Errors are shown before all else: what follows would not be.
    if (!sink.wants('error')) break;
    validateEntity(entity, sink.add, sink.wants);
    if (target) targetProblems(entity, target).forEach(sink.add);
    if (sink.wants('hold') || sink.wants('warning')) entityDoubts(entity).forEach(sink.add);
  }
  const plainSecret = plainSecretProblem(entities, (text) => !document.rendered.has(text));
  if (plainSecret !== undefined) sink.add(plainSecret);
  const transform = own(config, '_transform') !== false;
  return { ...sink.result(), entities, transform, topLevelKeys, expiries: readExpiries(entities), places };
}

const isOldFormat = (config: Dict): boolean =>
  ['1.1', '2.1'].some((version) => version === own(config, '_format_version'));

function templateProblem(
  { offset, message }: TemplateFault,
  position: (offset: number) => Position,
): Problem {
  return { severity: 'error', code: 'deck-template', message, path: [], place: position(offset) };
}

function notAConfig({ value }: ReadOk): Problem {
  const what = value === undefined ? 'the text holds nothing' : 'the text is no mapping';
  return {
    severity: 'error',
    code: 'not-a-config',
    message: `${what}: a declarative configuration begins with _format_version`,
    path: [],
  };
}

interface ProblemSink {
  readonly add: (problem: Problem) => void;
  /** Whether a problem of this severity would be kept, or be the first that is not. */
  readonly wants: (severity: Severity) => boolean;
  readonly result: () => Pick<Prepared, 'problems' | 'truncated'>;
}

/** Keeps `MAX_SHOWN` problems of each severity: a thousand warnings must not hide an error. */
function problemSink(): ProblemSink {
  const problems: Problem[] = [];
  const counts = { error: 0, hold: 0, warning: 0 };
  return {
    add: (problem) => {
      counts[problem.severity] += 1;
      if (counts[problem.severity] <= MAX_SHOWN) problems.push(problem);
    },
    wants: (severity) => counts[severity] <= MAX_SHOWN,
    result: () => ({ problems, truncated: Object.values(counts).some((count) => count > MAX_SHOWN) }),
  };
}

/** Finding places costs another reading: once for all findings of a compilation, and not kept for ever. */
function placesOnce(read: ReadOk): () => Places {
  let places: WeakRef<Places> | undefined;
  return () => {
    const known = places?.deref();
    if (known !== undefined) return known;
    const made = read.places();
    places = new WeakRef(made);
    return made;
  };
}
