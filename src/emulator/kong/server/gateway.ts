import { randomInt, randomUUID } from 'node:crypto';
import { configModel, type ConfigModel } from '../declarative/model.js';
import { parseText } from '../declarative/text.js';
import { asMap } from '../lua/value.js';
import { loadCatalog } from '../schema/catalog.js';
import { EMPTY_HASH, evaluate, md5, type Config } from './evaluate.js';
import { FaultControls, type Faults } from './faults.js';
import { Journal } from './journal.js';
import { createLoader, type Loader } from './loader.js';
import type { Settings } from './options.js';
import { createStore, type Store } from './store.js';
import { traitsOf, type Traits } from './traits.js';

/** One Kong process: what it was started with, what it holds, and what is done to it. */
export interface Gateway {
  readonly settings: Settings;
  readonly traits: Traits;
  readonly model: ConfigModel;
  readonly journal: Journal;
  readonly faults: FaultControls;
  readonly loader: Loader;
  readonly process: Process;
  /** Where it listens, as soon as it does. */
  readonly ports: { admin: number; status: number };
  /** The committed config; nothing before the first. */
  readonly store: () => Store | undefined;
  readonly hash: () => string;
  /** What `GET /status` says, which a fault may make another hash than the committed one. */
  readonly shownHash: () => string;
  /** Starts over: a new process with the config it finds. Loads in progress are lost. */
  readonly boot: (config: 'empty' | 'kept') => void;
}

/** What changes with every start. */
export interface Process {
  nodeId: string;
  masterPid: number;
  workerPid: number;
  draining: boolean;
}

/**
 * A gateway that has booted.
 *
 * @throws Error when the declarative config file is not valid: Kong then refuses to start
 */
export function createGateway(settings: Settings, onFaults: (faults: Faults) => void): Gateway {
  const traits = traitsOf(settings.version);
  const model = configModel(loadCatalog(settings.plugins), () => Date.now());
  const journal = new Journal();
  const process = newProcess(settings.nodeId);
  let store: Store | undefined;
  let shownHash = EMPTY_HASH;

  const faults = new FaultControls((active) => {
    onFaults(active);
    journal.changed();
  });
  const commit = (config: Config): void => {
    store = createStore(config);
    const { hashDelayMs } = faults.active;
    if (hashDelayMs === undefined) shownHash = config.hash;
    else {
      settings.after(hashDelayMs, () => {
        shownHash = store?.config.hash ?? EMPTY_HASH;
        journal.changed();
      });
    }
    journal.changed();
  };
  const loader = createLoader({ settings, journal, showNulls: traits.showsNulls, commit });
  const boot = (kind: 'empty' | 'kept'): void => {
    loader.kill();
    const { declarativeConfig } = settings;
    const file = typeof declarativeConfig === 'function' ? declarativeConfig() : declarativeConfig;
    if (file !== undefined) store = createStore(readFile(model, file, traits));
    else if (kind === 'empty') store = undefined;
    shownHash = store?.config.hash ?? EMPTY_HASH;
    journal.changed();
  };
  boot('empty');
  return {
    settings,
    traits,
    model,
    journal,
    faults,
    loader,
    process,
    ports: { admin: settings.adminPort, status: settings.statusPort },
    store: () => store,
    hash: () => store?.config.hash ?? EMPTY_HASH,
    shownHash: () => faults.active.hashOverride ?? shownHash,
    boot(kind) {
      Object.assign(process, newProcess(randomUUID()));
      boot(kind);
    },
  };
}

function newProcess(nodeId: string): Process {
  const masterPid = randomInt(1000, 60_000);
  return { nodeId, masterPid, workerPid: masterPid + 1, draining: false };
}

function readFile(model: ConfigModel, file: Uint8Array, traits: Traits): Config {
  const parsed = parseText(file);
  if (!parsed.ok) throw new Error(`error parsing declarative config file: ${parsed.message}`);
  const result = evaluate(model, asMap(parsed.value), file, md5(file), {
    validate: true,
    flatten: false,
    emptyListIsList: traits.emptyListIsList,
    zerosWhenEmpty: traits.zerosWhenEmpty,
  });
  if ('config' in result) return result.config;
  const body = result.refusal.body;
  throw new Error(`error parsing declarative config file: ${typeof body === 'string' ? body : ''}`);
}
