import { mkdir, mkdtemp, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { watchFiles } from '../../../src/sources/files.js';
import type { FilePaths, FileReading } from '../../../src/sources/files.js';
import { SETTLE_MS } from '../../../src/sources/read-path.js';
import { createVirtualClock } from '../../support/virtual-clock.js';
import type { VirtualClock } from '../../support/virtual-clock.js';

const POLL_MS = 1_000;

type Content = Record<string, string | Record<string, string>>;

interface Followed {
  readonly clock: VirtualClock;
  readonly readings: readonly FileReading[];
  readonly look: () => void;
  readonly close: () => void;
  /** The content of the newest reading, once it is this; time stands still, so no poll helps. */
  becomes(content: Content): Promise<void>;
  /** Moves time on by polls until the newest reading is this. */
  becomesByPolls(content: Content): Promise<void>;
}

let root = '';
const at = (...names: string[]): string => join(root, ...names);
let open: Followed[] = [];

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'silverback-files-'));
});
afterEach(async () => {
  for (const followed of open) followed.close();
  open = [];
  await rm(root, { recursive: true });
});

/** Sources by name with their texts by file name; a reason in place of what cannot be read. */
function contentOf(reading: FileReading | undefined): Content | undefined {
  if (reading === undefined) return undefined;
  const shown = (path: string): string => path.replace(`${root}/`, '');
  const entries: [string, Content[string]][] = [
    ...reading.sources.map(({ name, texts }): [string, Content[string]] => [
      shown(name),
      Object.fromEntries(texts.map(({ file, text }) => [shown(file), Buffer.from(text).toString('utf8')])),
    ]),
    ...reading.unreadable.map(({ source, reason }): [string, Content[string]] => [shown(source), reason]),
  ];
  return Object.fromEntries(entries);
}

/**
 * The virtual clock's wall lags behind the real files' times, so that these count as settled. Hence a file must
 * change its length with its text: two writes within one tick of the file system's clock look alike otherwise.
 */
function follow(paths: Partial<FilePaths>): Followed {
  const clock = createVirtualClock();
  const readings: FileReading[] = [];
  let onReading = (): void => undefined;
  const { look, close } = watchFiles({ files: [], dirs: [], ...paths }, clock, POLL_MS, (reading) => {
    readings.push(reading);
    onReading();
  });
  const isNow = (content: Content): boolean =>
    JSON.stringify(contentOf(readings.at(-1))) === JSON.stringify(content);
  const followed: Followed = {
    clock,
    readings,
    look,
    close,
    becomes: (content) =>
      new Promise((resolve) => {
        onReading = () => {
          if (isNow(content)) resolve();
        };
        onReading();
      }),
    async becomesByPolls(content) {
      while (!isNow(content)) await clock.advance(POLL_MS);
    },
  };
  open.push(followed);
  return followed;
}

describe('following files', () => {
  it('tells at first what there is: files and folders, in the order given, each once', async () => {
    await mkdir(at('dir'));
    await writeFile(at('dir', 'b.yaml'), 'b');
    await writeFile(at('z.yaml'), 'z');
    const followed = follow({ files: [at('z.yaml'), at('gone.yaml'), at('z.yaml')], dirs: [at('dir')] });
    await followed.becomes({ 'z.yaml': { 'z.yaml': 'z' }, 'gone.yaml': {}, dir: { 'dir/b.yaml': 'b' } });
    expect(followed.readings).toHaveLength(1);
    expect(followed.readings[0]?.sources).toHaveLength(3);
  });

  it('tells at first even that there is nothing to follow', async () => {
    await follow({}).becomes({});
  });

  it.each([
    ['in place', () => writeFile(at('kong.yaml'), 'rewritten')],
    [
      'by renaming a new one over it',
      async () => {
        await writeFile(at('.kong.yaml.tmp'), 'rewritten');
        await rename(at('.kong.yaml.tmp'), at('kong.yaml'));
      },
    ],
    [
      'as vim does, by renaming the old one away first',
      async () => {
        await rename(at('kong.yaml'), at('kong.yaml~'));
        await writeFile(at('kong.yaml'), 'rewritten');
        await rm(at('kong.yaml~'));
      },
    ],
    [
      'by removing it first',
      async () => {
        await rm(at('kong.yaml'));
        await writeFile(at('kong.yaml'), 'rewritten');
      },
    ],
  ])('tells by notice alone that a file was written %s', async (_how, write) => {
    await writeFile(at('kong.yaml'), 'old');
    const followed = follow({ files: [at('kong.yaml')], dirs: [root] });
    await followed.becomes({ 'kong.yaml': { 'kong.yaml': 'old' }, [root]: { 'kong.yaml': 'old' } });
    await write();
    await followed.becomes({
      'kong.yaml': { 'kong.yaml': 'rewritten' },
      [root]: { 'kong.yaml': 'rewritten' },
    });
  });

  it('tells by notice alone that files come to a folder, and go', async () => {
    await writeFile(at('a.yaml'), 'a');
    const followed = follow({ dirs: [root] });
    await followed.becomes({ [root]: { 'a.yaml': 'a' } });
    await writeFile(at('b.yaml'), 'b');
    await followed.becomes({ [root]: { 'a.yaml': 'a', 'b.yaml': 'b' } });
    await rm(at('a.yaml'));
    await followed.becomes({ [root]: { 'b.yaml': 'b' } });
  });

  it('tells by notice alone that Kubernetes swapped the volume', async () => {
    const generation = async (name: string, text: string): Promise<void> => {
      await mkdir(at(name));
      await writeFile(at(name, 'kong.yaml'), text);
      await symlink(name, at('..data_tmp'));
      await rename(at('..data_tmp'), at('..data'));
    };
    await generation('..2026_01', 'old');
    await symlink('..data/kong.yaml', at('kong.yaml'));
    const followed = follow({ files: [at('kong.yaml')], dirs: [root] });
    await followed.becomes({ 'kong.yaml': { 'kong.yaml': 'old' }, [root]: { 'kong.yaml': 'old' } });
    await generation('..2026_02', 'rewritten');
    await followed.becomes({
      'kong.yaml': { 'kong.yaml': 'rewritten' },
      [root]: { 'kong.yaml': 'rewritten' },
    });
  });

  it('sees by polling what no notice tells: a change beyond a link', async () => {
    await mkdir(at('elsewhere'));
    await writeFile(at('elsewhere', 'real.yaml'), 'old');
    await mkdir(at('dir'));
    await symlink('../elsewhere/real.yaml', at('dir', 'kong.yaml'));
    const followed = follow({ dirs: [at('dir')] });
    await followed.becomes({ dir: { 'dir/kong.yaml': 'old' } });
    await writeFile(at('elsewhere', 'real.yaml'), 'rewritten');
    await followed.becomesByPolls({ dir: { 'dir/kong.yaml': 'rewritten' } });
  });

  it('looks when asked to', async () => {
    await mkdir(at('elsewhere'));
    await writeFile(at('elsewhere', 'real.yaml'), 'old');
    await symlink('elsewhere/real.yaml', at('kong.yaml'));
    const followed = follow({ files: [at('kong.yaml')] });
    await followed.becomes({ 'kong.yaml': { 'kong.yaml': 'old' } });
    await writeFile(at('elsewhere', 'real.yaml'), 'rewritten');
    followed.look();
    await followed.becomes({ 'kong.yaml': { 'kong.yaml': 'rewritten' } });
  });
});

describe('a folder that goes and comes again', () => {
  /** That the folder at `dir` is followed again by notices, after polls have seen it. */
  async function isFollowedAgain(followed: Followed): Promise<void> {
    await followed.becomesByPolls({ dir: { 'dir/kong.yaml': 'again' } });
    // The poll that saw it has begun to watch it, too: from here on no time passes.
    // A look may still be under way and see the first change; the second one takes a notice.
    for (const text of ['once', 'twice by notice']) {
      await writeFile(at('dir', 'kong.yaml'), text);
      await followed.becomes({ dir: { 'dir/kong.yaml': text } });
    }
  }

  beforeEach(async () => {
    await mkdir(at('dir'));
    await writeFile(at('dir', 'kong.yaml'), 'first');
  });

  it('was removed and made anew', async () => {
    const followed = follow({ dirs: [at('dir')] });
    await followed.becomes({ dir: { 'dir/kong.yaml': 'first' } });
    await rm(at('dir'), { recursive: true });
    await followed.becomesByPolls({ dir: {} });
    await mkdir(at('dir'));
    await writeFile(at('dir', 'kong.yaml'), 'again');
    await isFollowedAgain(followed);
  });

  it('was changed for another, as a mount does', async () => {
    const followed = follow({ dirs: [at('dir')] });
    await followed.becomes({ dir: { 'dir/kong.yaml': 'first' } });
    await mkdir(at('other'));
    await writeFile(at('other', 'kong.yaml'), 'again');
    await rename(at('dir'), at('old'));
    await rename(at('other'), at('dir'));
    await isFollowedAgain(followed);
  });

  it('is a link that leads elsewhere now', async () => {
    await mkdir(at('other'));
    await writeFile(at('other', 'kong.yaml'), 'again');
    await symlink('dir', at('current'));
    const followed = follow({ dirs: [at('current')] });
    await followed.becomes({ current: { 'current/kong.yaml': 'first' } });
    await symlink('other', at('next'));
    await rename(at('next'), at('current'));
    await followed.becomesByPolls({ current: { 'current/kong.yaml': 'again' } });
    for (const text of ['once', 'twice by notice']) {
      await writeFile(at('other', 'kong.yaml'), text);
      await followed.becomes({ current: { 'current/kong.yaml': text } });
    }
  });

  it('did not exist at first', async () => {
    const followed = follow({ dirs: [at('late')] });
    await followed.becomes({ late: {} });
    await mkdir(at('late'));
    await writeFile(at('late', 'kong.yaml'), 'late');
    await followed.becomesByPolls({ late: { 'late/kong.yaml': 'late' } });
  });
});

describe('a path that cannot be read', () => {
  it('is told as such, beside what can be read, and recovers', async () => {
    await writeFile(at('a.yaml'), 'a');
    await mkdir(at('dir'));
    await writeFile(at('dir', 'b.yaml'), 'b');
    const followed = follow({ files: [at('a.yaml')], dirs: [at('dir')] });
    await followed.becomes({ 'a.yaml': { 'a.yaml': 'a' }, dir: { 'dir/b.yaml': 'b' } });
    await symlink('nowhere', at('dir', 'c.yaml'));
    await followed.becomes({
      'a.yaml': { 'a.yaml': 'a' },
      dir: 'c.yaml: its symbolic link leads nowhere (ENOENT)',
    });
    await rm(at('dir', 'c.yaml'));
    await followed.becomes({ 'a.yaml': { 'a.yaml': 'a' }, dir: { 'dir/b.yaml': 'b' } });
  });
});

describe('what is told', () => {
  it('is the same Source object for what has not changed, and nothing at all where nothing has', async () => {
    await writeFile(at('a.yaml'), 'a');
    await writeFile(at('b.yaml'), 'b');
    const followed = follow({ files: [at('a.yaml'), at('b.yaml')] });
    await followed.becomes({ 'a.yaml': { 'a.yaml': 'a' }, 'b.yaml': { 'b.yaml': 'b' } });
    await utimes(at('a.yaml'), 1, 1);
    followed.look();
    await writeFile(at('a.yaml'), 'a');
    await writeFile(at('b.yaml'), 'new');
    await followed.becomes({ 'a.yaml': { 'a.yaml': 'a' }, 'b.yaml': { 'b.yaml': 'new' } });
    const contents = followed.readings.map((reading) => JSON.stringify(contentOf(reading)));
    expect(contents).toHaveLength(new Set(contents).size);
    const sources = followed.readings.map((reading) => reading.sources[0]);
    expect(new Set(sources.filter((source) => source?.texts[0]?.text.length === 1)).size).toBe(1);
  });

  it('is nothing any more after the end, even of a look that was under way', async () => {
    await writeFile(at('a.yaml'), 'a');
    const followed = follow({ files: [at('a.yaml')] });
    followed.close();
    await followed.clock.advance(10 * POLL_MS);
    // Another follower, begun later, has read the same file meanwhile.
    await follow({ files: [at('a.yaml')] }).becomes({ 'a.yaml': { 'a.yaml': 'a' } });
    expect(followed.readings).toEqual([]);
  });
});

describe('a file that is being written', () => {
  /** Dates the file by the virtual clock's wall: written this moment. */
  async function writeNow(clock: VirtualClock, text: string): Promise<void> {
    await writeFile(at('next'), text);
    await utimes(at('next'), clock.wall(), clock.wall());
    await rename(at('next'), at('kong.yaml'));
  }

  it('is told once its writer pauses, never before: half of it would take away what the other half holds', async () => {
    await writeFile(at('kong.yaml'), 'old');
    const followed = follow({ files: [at('kong.yaml')] });
    await followed.becomes({ 'kong.yaml': { 'kong.yaml': 'old' } });
    for (const text of ['n', 'ne', 'new']) {
      await writeNow(followed.clock, text);
      followed.look();
      await followed.clock.advance(SETTLE_MS / 2);
    }
    await followed.becomesByPolls({ 'kong.yaml': { 'kong.yaml': 'new' } });
    expect(followed.readings.map(contentOf)).toEqual([
      { 'kong.yaml': { 'kong.yaml': 'old' } },
      { 'kong.yaml': { 'kong.yaml': 'new' } },
    ]);
  });

  it('may be written again and again, as long as there is a pause in between', async () => {
    await writeFile(at('kong.yaml'), 'old');
    const followed = follow({ files: [at('kong.yaml')] });
    await followed.becomes({ 'kong.yaml': { 'kong.yaml': 'old' } });
    for (let n = 1; n <= 15; n += 1) {
      const text = 'x'.repeat(n);
      await writeNow(followed.clock, text);
      followed.look();
      await followed.becomesByPolls({ 'kong.yaml': { 'kong.yaml': text } });
    }
    expect(followed.clock.now()).toBeGreaterThan(10_000);
    expect(followed.readings.flatMap(({ unreadable }) => unreadable)).toEqual([]);
  });

  it('is told to be so when it has no end', async () => {
    await writeFile(at('kong.yaml'), 'old');
    const followed = follow({ files: [at('kong.yaml')] });
    await followed.becomes({ 'kong.yaml': { 'kong.yaml': 'old' } });
    const endless = {
      'kong.yaml': 'it changes all the time; write a new file beside it and rename that over it',
    };
    while (followed.readings.length === 1) {
      await writeNow(followed.clock, `at ${followed.clock.now()}`);
      followed.look();
      await followed.clock.advance(SETTLE_MS / 2);
    }
    expect(contentOf(followed.readings.at(-1))).toEqual(endless);
    expect(followed.clock.now()).toBeGreaterThanOrEqual(10_000);
    await writeNow(followed.clock, 'done');
    await followed.becomesByPolls({ 'kong.yaml': { 'kong.yaml': 'done' } });
  });
});
