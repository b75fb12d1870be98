// The diagnostics server of one replica, from its settings.
import { fileURLToPath } from 'node:url';
import type { Clock } from '../../clock/clock.js';
import { shortId } from '../../config/revision.js';
import type { ObjectRef } from '../../report/happening.js';
import { readDashboard } from '../../server/diagnostics/dashboard.js';
import { createEvents } from '../../server/diagnostics/events.js';
import { diagnosticsHandler } from '../../server/diagnostics/handler.js';
import { openapi } from '../../server/diagnostics/openapi.js';
import type { DiagnosticsSource, SettingStatus } from '../../server/diagnostics/source.js';
import { openToken } from '../../server/diagnostics/token.js';
import { serve } from '../../server/listen.js';
import type { Listening } from '../../server/listen.js';
import { shownSettings, usualSettings } from '../../settings/read.js';
import type { Values } from '../../settings/read.js';
import { openSchemaDir } from '../schema-dir.js';
import { createFindings } from './findings.js';
import { startInspector } from './inspector.js';
import type { Inspector } from './inspector.js';
import { revisionNamed } from './kept-bytes.js';
import type { Recorder } from './recorder.js';
import { statusOf } from './status-of.js';
import type { ControllerView } from './view.js';
import { wallTime } from './wall-time.js';

export interface DiagnosticsOptions {
  readonly values: Values;
  readonly version: string;
  readonly identity: string;
  readonly election: boolean;
  readonly lease: ObjectRef | undefined;
  readonly clock: Clock;
  readonly view: ControllerView;
  readonly recorder: Recorder;
}

/** Where the build puts the dashboard. */
const DASHBOARD = fileURLToPath(new URL('../../server/dashboard/', import.meta.url));

function settingsOf(values: Values): SettingStatus[] {
  const usual = usualSettings();
  return Object.entries(shownSettings(values)).map(([name, value]) => ({
    name,
    value: value ?? null,
    default: JSON.stringify(value) === JSON.stringify(usual[name]),
  }));
}

function sourceOf(options: DiagnosticsOptions, inspector: Inspector): DiagnosticsSource {
  const { view, recorder, clock, values, version, identity, election, lease } = options;
  const findings = createFindings(view.loop.said, inspector);
  const startedAt = clock.wall().toISOString();
  const settings = settingsOf(values);
  const times = wallTime(clock);
  const observing = values.observe;
  return {
    status: () =>
      statusOf({
        ...{
          view,
          recorder,
          clock,
          wallTime: times,
          version,
          identity,
          observing,
          election,
          lease,
          startedAt,
        },
        findings: findings.now,
      }),
    settled: findings.settled,
    happenings: recorder.happenings,
    settings: () => settings,
    config: async (revision) => inspector.redact((await revisionNamed(view, revision)).bytes),
    async diff(from, to) {
      const [old, now] = await Promise.all([revisionNamed(view, from), revisionNamed(view, to)]);
      const textOf = ({ id, bytes }: typeof old) => ({ file: shortId(id), text: bytes });
      return inspector.diff(textOf(old), textOf(now));
    },
  };
}

/**
 * Listens where the settings say; `undefined` where they say nowhere.
 * @throws an Error that names the address or the token's file that cannot be had
 */
export async function openDiagnostics(options: DiagnosticsOptions): Promise<Listening | undefined> {
  const { values, clock, version } = options;
  const address = values['diagnostics-bind-address'];
  if (address === undefined) return undefined;
  const [value, file] = [values['diagnostics-token'], values['diagnostics-token-file']];
  const token = await openToken(
    value !== undefined ? { value } : file !== undefined ? { file } : undefined,
    clock,
  );
  const inspector = startInspector(
    async () => ({ deck: values.deck, schemas: await openSchemaDir(values['schema-dir']) }),
    clock,
  );
  const source = sourceOf(options, inspector);
  const events = createEvents(source, clock);
  const rules = { boundHost: address.host, allowedHosts: values['diagnostics-allowed-hosts'] };
  const handler = diagnosticsHandler({
    source,
    events,
    openapi: openapi(version),
    files: await readDashboard(DASHBOARD),
    rules: async () => ({ ...rules, token: await token() }),
  });
  const listening = await serve(address, handler);
  return {
    address: listening.address,
    async close() {
      events.close();
      await Promise.all([listening.close(), inspector.close()]);
    },
  };
}
