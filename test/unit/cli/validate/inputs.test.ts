import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { STDIN } from '../../../../src/cli/read-config.js';
import { readInputs } from '../../../../src/cli/validate/inputs.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'silverback-inputs-'));
});
afterEach(() => rm(folder, { recursive: true }));

const path = (name: string): string => join(folder, name);
const write = (name: string, text = name): Promise<void> => writeFile(path(name), text);
const noInput = () => Readable.from([]);

async function read(names: readonly string[], stdin = noInput) {
  const { texts, problems } = await readInputs(
    names.map((name) => (name === '-' ? name : path(name))),
    stdin,
  );
  return {
    texts: texts.map(({ file, text }) => [file.replace(`${folder}/`, ''), Buffer.from(text).toString()]),
    problems: problems.map((problem) => problem.replace(`${folder}/`, '')),
  };
}

test('files are read whatever they are called, and folders by their configuration files', async () => {
  await mkdir(path('d/sub'), { recursive: true });
  await Promise.all(
    ['kong.conf', 'd/b.yaml', 'd/a.json', 'd/readme.md', 'd/sub/c.yaml', 'd/.hidden.yaml'].map((name) =>
      write(name),
    ),
  );
  expect(await read(['kong.conf', 'd'])).toEqual({
    texts: [
      ['kong.conf', 'kong.conf'],
      ['d/a.json', 'd/a.json'],
      ['d/b.yaml', 'd/b.yaml'],
    ],
    problems: [],
  });
});

test('a file that is named twice, or lies in a folder that is named, is read once', async () => {
  await mkdir(path('d'));
  await write('d/a.yaml');
  expect((await read(['d/a.yaml', 'd', 'd/../d/a.yaml', 'd/a.yaml'])).texts).toHaveLength(1);
});

test('a dash is standard input, which is opened for nothing else', async () => {
  const stdin = () => Readable.from([Buffer.from('one '), 'two']);
  expect(await read(['-', '-'], stdin)).toEqual({ texts: [[STDIN, 'one two']], problems: [] });
  await write('a.yaml');
  const never = () => {
    throw new Error('opened');
  };
  expect((await read(['a.yaml'], never)).problems).toEqual([]);
  expect((await read(['-'], never)).problems).toEqual(['<stdin>: it cannot be read']);
});

test('too much on standard input is not read to its end', async () => {
  const block = Buffer.alloc(8 << 20);
  function* endless(): Generator<Buffer> {
    for (;;) yield block;
  }
  expect((await read(['-'], () => Readable.from(endless()))).problems).toEqual([
    '<stdin>: it holds more than 32 MiB',
  ]);
});

test('a pipe that is named is read', async () => {
  execFileSync('mkfifo', [path('fifo')]);
  const writing = writeFile(path('fifo'), 'from the pipe');
  expect(await read(['fifo'])).toEqual({ texts: [['fifo', 'from the pipe']], problems: [] });
  await writing;
});

test('all that cannot be read is told at once', async () => {
  await mkdir(path('empty'));
  await write('big.yaml');
  await truncate(path('big.yaml'), 40 << 20);
  await symlink('nowhere', path('link.yaml'));
  await symlink('circle.yaml', path('circle.yaml'));
  const { texts, problems } = await read([
    'gone.yaml',
    'empty',
    'big.yaml',
    'link.yaml',
    'circle.yaml',
    'big.yaml/x',
  ]);
  expect(texts).toEqual([]);
  expect(problems).toEqual([
    'gone.yaml: it does not exist',
    'empty: there are no .yaml, .yml or .json files right in this folder',
    'big.yaml: it holds more than 32 MiB',
    'link.yaml: it does not exist',
    'circle.yaml: its symbolic links lead in a circle',
    'big.yaml/x: it does not exist',
  ]);
});

const mayReadAll = process.getuid?.() === 0;
(mayReadAll ? test.skip : test)('every file of a folder that may not be read is told', async () => {
  await mkdir(path('d'));
  for (const name of ['d/a.yaml', 'd/b.yaml']) {
    await write(name);
    await chmod(path(name), 0);
  }
  expect((await read(['d'])).problems).toEqual([
    'd: a.yaml: permission denied (EACCES); b.yaml: permission denied (EACCES)',
  ]);
});

test('every file of a folder that is no file is told', async () => {
  await mkdir(path('d/a.yaml'), { recursive: true });
  await mkdir(path('d/b.yaml'));
  expect((await read(['d'])).problems).toEqual([
    'd: a.yaml: it is no regular file; b.yaml: it is no regular file',
  ]);
});
