import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startKongEmulator, type KongEmulator } from '../../../../src/emulator/kong/kong-emulator.js';
import { recordedReply, replay, type Recording } from './recording.js';

const SHARED = new URL('../../../../../shared/kong/recordings/', import.meta.url);
const FIXTURES = new URL('../../../fixtures/kong/', import.meta.url);
const present = existsSync(SHARED);

interface Named {
  readonly name: string;
  readonly recording: Recording;
}

/** What the emulator does differently from the recorded gateway; nothing when they agree. */
async function difference({ recording }: Named, gateway: KongEmulator): Promise<string | undefined> {
  const { port, path } = recording.request;
  if (port === 'proxy' || typeof recording.response.status !== 'number') return 'not an Admin API request';
  const before = gateway.hash();
  const reply = await replay(recording, port === 'status' ? gateway.statusUrl : gateway.adminUrl);
  const wanted = recordedReply(recording);
  if (JSON.stringify(reply) !== JSON.stringify(wanted)) return `${path}: ${JSON.stringify(reply)}`;
  const text = configText(recording);
  if (reply.status === 201 && text !== undefined && gateway.hash() !== recording.meta?.hash_after)
    return 'its hash';
  if (reply.status >= 300 && gateway.hash() !== before) return 'a hash that should not have changed';
  return undefined;
}

/** The text Kong hashes, for the ways to send it whose hash can be foretold from the recording alone. */
function configText({ request }: Recording): string | undefined {
  if (request.method !== 'POST' || !request.path.startsWith('/config')) return undefined;
  const type = request.headers?.['Content-Type'] ?? '';
  if (/^(text|application)\/yaml/.test(type)) return request.body ?? undefined;
  if (!type.startsWith('application/json')) return undefined;
  const config = /^\{\s*"config"/.test(request.body ?? '')
    ? JSON.parse(request.body ?? '').config
    : undefined;
  return typeof config === 'string' ? config : undefined;
}

/** Texts by hash: some recordings were kept apart, and with them the state that later ones found. */
function knownTexts(recordings: readonly Named[]): ReadonlyMap<string, string> {
  const texts = recordings.flatMap(({ recording }) => configText(recording) ?? []);
  return new Map(texts.map((text) => [createHash('md5').update(text).digest('hex'), text]));
}

async function restore(gateway: KongEmulator, text: string): Promise<void> {
  await fetch(`${gateway.adminUrl}/config`, {
    method: 'POST',
    headers: { 'content-type': 'text/yaml' },
    body: text,
  });
}

(present ? describe : describe.skip)(
  'the recordings of a real Kong 3.9.3 (../shared/kong/recordings)',
  () => {
    it('are answered alike, but for the listed ones', async () => {
      const listed = new Map(Object.entries(reasons()));
      const recordings = readdirSync(SHARED)
        .filter((name) => name.endsWith('.json'))
        .sort()
        .map((name) => ({
          name,
          recording: JSON.parse(readFileSync(new URL(name, SHARED), 'utf8')) as Recording,
        }));
      const texts = knownTexts(recordings);
      const gateway = await startKongEmulator();
      const different = new Map<string, string>();
      for (const named of recordings) {
        const before = named.recording.meta?.hash_before ?? '';
        const text = texts.get(before);
        if (text !== undefined && gateway.hash() !== before) await restore(gateway, text);
        const found = await difference(named, gateway);
        if (found !== undefined) different.set(named.name, found);
      }
      await gateway.stop();
      const matched = recordings.length - different.size;
      process.stdout.write(`${matched} of ${recordings.length} recordings are answered alike; not:\n`);
      for (const name of different.keys())
        process.stdout.write(`  ${name}: ${listed.get(name) ?? 'NOT LISTED'}\n`);
      const unlisted = [...different].filter(([name]) => !listed.has(name));
      const startedToMatch = [...listed.keys()].filter((name) => !different.has(name));
      expect(unlisted).toEqual([]);
      expect(startedToMatch).toEqual([]);
    }, 60_000);
  },
);

describe('a choice of those recordings', () => {
  let gateway: KongEmulator;
  beforeAll(async () => {
    gateway = await startKongEmulator();
  });
  afterAll(() => gateway.stop());

  for (const named of chosen()) {
    it(`${named.name} is answered alike`, async () => {
      expect(await difference(named, gateway)).toBeUndefined();
    });
  }
});

function chosen(): Named[] {
  const lines = readFileSync(new URL('pairs.ndjson', FIXTURES), 'utf8').trimEnd().split('\n');
  const pairs = lines.map((line) => JSON.parse(line) as Pair);
  return pairs.map(({ name, method, path, port, type, sent, status, headers, answer, hash }) => ({
    name,
    recording: {
      request: { method, path, port, headers: type === null ? {} : { 'Content-Type': type }, body: sent },
      response: { status, headers: Object.entries(headers), body: answer },
      meta: hash === undefined ? {} : { hash_after: hash },
    },
  }));
}

interface Pair {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly port: 'admin' | 'status';
  readonly type: string | null;
  readonly sent: string | null;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly answer: string;
  readonly hash?: string;
}

function reasons(): Record<string, string> {
  const file = readFileSync(new URL('unmatched-recordings.json', FIXTURES), 'utf8');
  return JSON.parse(file) as Record<string, string>;
}
