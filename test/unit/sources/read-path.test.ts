import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rename, rm, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readPath, SETTLE_MS } from '../../../src/sources/read-path.js';
import type { PathReading } from '../../../src/sources/read-path.js';

let root = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'silverback-read-path-'));
});
afterEach(() => rm(root, { recursive: true }));

const at = (...names: string[]): string => join(root, ...names);
/** Long after anything was written. */
const later = (): number => Date.now() + 60_000;
const readFile = (path: string, known?: PathReading): Promise<PathReading> =>
  readPath({ path, isFolder: false }, known, later);
const readFolder = (path: string, known?: PathReading): Promise<PathReading> =>
  readPath({ path, isFolder: true }, known, later);

/** What was read, by the names that findings show; the reason where nothing was. */
function content(reading: PathReading): Record<string, string> | string {
  if (reading.kind !== 'read') return reading.kind === 'unreadable' ? reading.reason : reading.kind;
  return Object.fromEntries(
    reading.source.texts.map(({ file, text }) => [
      file.replace(`${root}/`, ''),
      Buffer.from(text).toString('utf8'),
    ]),
  );
}

describe('a file', () => {
  it('is a source of one text, whatever it is called', async () => {
    await writeFile(at('kong.conf'), 'services: []');
    const reading = await readFile(at('kong.conf'));
    expect(content(reading)).toEqual({ 'kong.conf': 'services: []' });
    expect(reading).toMatchObject({ source: { name: at('kong.conf') } });
  });

  it('may be empty', async () => {
    await writeFile(at('kong.yaml'), '');
    expect(content(await readFile(at('kong.yaml')))).toEqual({ 'kong.yaml': '' });
  });

  it('that does not exist is a source without texts', async () => {
    await writeFile(at('file'), '');
    expect(content(await readFile(at('kong.yaml')))).toEqual({});
    expect(content(await readFile(at('gone', 'kong.yaml')))).toEqual({});
    expect(content(await readFile(at('file', 'kong.yaml')))).toEqual({});
  });

  it('is read through links, and one that leads nowhere does not exist', async () => {
    await writeFile(at('real.yaml'), 'a');
    await symlink('real.yaml', at('link.yaml'));
    await symlink('nowhere', at('broken.yaml'));
    expect(content(await readFile(at('link.yaml')))).toEqual({ 'link.yaml': 'a' });
    expect(content(await readFile(at('broken.yaml')))).toEqual({});
  });

  it('that is a folder is told, with the flag to use', async () => {
    expect(content(await readFile(root))).toBe('it is a folder: use --config-dir');
  });

  it('whose links run in a circle cannot be read', async () => {
    await symlink('b.yaml', at('a.yaml'));
    await symlink('a.yaml', at('b.yaml'));
    expect(content(await readFile(at('a.yaml')))).toBe('its symbolic links lead in a circle (ELOOP)');
  });

  it('that never ends is not begun: a pipe, a device', async () => {
    execFileSync('mkfifo', [at('pipe.yaml')]);
    expect(content(await readFile(at('pipe.yaml')))).toBe('it is no regular file');
    expect(content(await readFile('/dev/zero'))).toBe('it is no regular file');
  });

  it('of more than 32 MiB is not read', async () => {
    await writeFile(at('kong.yaml'), '');
    await truncate(at('kong.yaml'), 32 * 1024 * 1024 + 1);
    expect(content(await readFile(at('kong.yaml')))).toBe('it holds more than 32 MiB');
  });

  const asMortal = process.getuid?.() === 0 ? it.skip : it;
  asMortal('that we may not read says so', async () => {
    await writeFile(at('kong.yaml'), 'x', { mode: 0o000 });
    expect(content(await readFile(at('kong.yaml')))).toBe('kong.yaml: permission denied (EACCES)');
  });
});

describe('a folder', () => {
  it('is a source of the configuration files directly in it, in order of name', async () => {
    await mkdir(at('sub'));
    for (const name of ['b.json', 'a.yaml', 'c.yml', 'notes.txt', '.a.yaml.swp', '.d.yaml', 'sub/e.yaml']) {
      await writeFile(at(name), name);
    }
    const reading = await readFolder(root);
    expect(Object.keys(content(reading))).toEqual(['a.yaml', 'b.json', 'c.yml']);
    expect(reading).toMatchObject({ source: { name: root } });
  });

  it('that is empty, or does not exist, holds no texts', async () => {
    expect(content(await readFolder(root))).toEqual({});
    expect(content(await readFolder(at('gone')))).toEqual({});
  });

  it('that is a file is told, with the flag to use', async () => {
    await writeFile(at('kong.yaml'), '');
    expect(content(await readFolder(at('kong.yaml')))).toBe('it is no folder: use --config-file');
  });

  it.each([
    [
      'a link that leads nowhere',
      () => symlink('nowhere', at('b.yaml')),
      'its symbolic link leads nowhere (ENOENT)',
    ],
    [
      'links in a circle',
      () => symlink('b.yaml', at('b.yaml')),
      'its symbolic links lead in a circle (ELOOP)',
    ],
    ['a folder with the name of a file', () => mkdir(at('b.yaml')), 'it is no regular file'],
  ])('with %s in it cannot be read, and has not vanished', async (_what, make, reason) => {
    await writeFile(at('a.yaml'), 'a');
    await make();
    expect(content(await readFolder(root))).toBe(`b.yaml: ${reason}`);
  });

  it('of more than 32 MiB in all is not read', async () => {
    for (const name of ['a.yaml', 'b.yaml']) {
      await writeFile(at(name), '');
      await truncate(at(name), 17 * 1024 * 1024);
    }
    expect(content(await readFolder(root))).toBe('it holds more than 32 MiB');
  });
});

describe('a volume that Kubernetes fills', () => {
  /** As the kubelet does it: files in a dated folder, `..data` leading to it, and links through `..data`. */
  async function generation(name: string, files: Record<string, string>): Promise<void> {
    await mkdir(at(name));
    for (const [file, text] of Object.entries(files)) await writeFile(at(name, file), text);
    await symlink(name, at('..data_tmp'));
    await rename(at('..data_tmp'), at('..data'));
  }

  it('is read as its newest generation, under the names that users see', async () => {
    await generation('..2026_01', { 'a.yaml': 'old', 'b.yaml': 'old' });
    await symlink('..data/a.yaml', at('a.yaml'));
    await symlink('..data/b.yaml', at('b.yaml'));
    const old = await readFolder(root);
    expect(content(old)).toEqual({ 'a.yaml': 'old', 'b.yaml': 'old' });

    await generation('..2026_02', { 'a.yaml': 'new', 'b.yaml': 'new' });
    expect(content(await readFolder(root, old))).toEqual({ 'a.yaml': 'new', 'b.yaml': 'new' });
  });

  it('is read whole while the kubelet has yet to mend the links of keys that came and went', async () => {
    await generation('..2026_01', { 'gone.yaml': 'old' });
    await symlink('..data/gone.yaml', at('gone.yaml'));
    await generation('..2026_02', { 'new.yaml': 'new' });
    expect(content(await readFolder(root))).toEqual({ 'new.yaml': 'new' });
  });

  it('may have its file named alone', async () => {
    await generation('..2026_01', { 'a.yaml': 'old' });
    await symlink('..data/a.yaml', at('a.yaml'));
    const old = await readFile(at('a.yaml'));
    await generation('..2026_02', { 'a.yaml': 'new' });
    expect(content(await readFile(at('a.yaml'), old))).toEqual({ 'a.yaml': 'new' });
  });
});

describe('reading again', () => {
  it('gives the same source while nothing has changed', async () => {
    await writeFile(at('kong.yaml'), 'a');
    const first = await readFile(at('kong.yaml'));
    expect(await readFile(at('kong.yaml'), first)).toBe(first);
    const folder = await readFolder(root);
    expect(await readFolder(root, folder)).toBe(folder);
    const absent = await readFile(at('gone'));
    expect(await readFile(at('gone'), absent)).toBe(absent);
  });

  it('gives the same source when a file was only touched, or replaced by its like', async () => {
    await writeFile(at('kong.yaml'), 'a');
    const first = await readFile(at('kong.yaml'));
    await writeFile(at('new'), 'a');
    await rename(at('new'), at('kong.yaml'));
    const second = await readFile(at('kong.yaml'), first);
    expect(second).not.toBe(first);
    expect(second.kind === 'read' && first.kind === 'read' && second.source === first.source).toBe(true);
  });

  it.each([
    ['is written in place', () => writeFile(at('a.yaml'), 'two')],
    ['is written with as many bytes', () => writeFile(at('a.yaml'), 'ONE')],
    [
      'is replaced by one of the same size and time',
      async () => {
        await writeFile(at('next'), 'ONE');
        await utimes(at('next'), 1_000, 1_000);
        await rename(at('next'), at('a.yaml'));
      },
    ],
    ['comes', () => writeFile(at('b.yaml'), 'new')],
    ['goes', () => rm(at('a.yaml'))],
    ['is renamed', () => rename(at('a.yaml'), at('c.yaml'))],
  ])('sees that a file %s', async (_what, change) => {
    await writeFile(at('a.yaml'), 'one');
    await utimes(at('a.yaml'), 1_000, 1_000);
    const first = await readFolder(root);
    await change();
    const second = await readFolder(root, first);
    expect(second.kind).toBe('read');
    expect(content(second)).not.toEqual(content(first));
  });
});

describe('a file that was written just now', () => {
  const readAfter = (ms: number, path: string, isFolder: boolean): Promise<PathReading> =>
    readPath({ path, isFolder }, undefined, () => 5_000_000 + ms);

  beforeEach(async () => {
    await writeFile(at('kong.yaml'), 'half');
    await utimes(at('kong.yaml'), 5_000, 5_000);
  });

  it('waits: it may be half of what it is going to be', async () => {
    expect(await readAfter(0, at('kong.yaml'), false)).toEqual({ kind: 'unsettled' });
    expect(await readAfter(SETTLE_MS - 1, at('kong.yaml'), false)).toEqual({ kind: 'unsettled' });
    expect(await readAfter(SETTLE_MS - 1, root, true)).toEqual({ kind: 'unsettled' });
  });

  it('is read once it has been left alone for a moment', async () => {
    expect(content(await readAfter(SETTLE_MS, at('kong.yaml'), false))).toEqual({ 'kong.yaml': 'half' });
    expect(content(await readAfter(SETTLE_MS, root, true))).toEqual({ 'kong.yaml': 'half' });
  });

  it('is read at once where the file server’s clock is ahead of ours: its times tell nothing', async () => {
    expect(content(await readAfter(-1, at('kong.yaml'), false))).toEqual({ 'kong.yaml': 'half' });
  });
});
