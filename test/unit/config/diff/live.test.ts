import { hash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { createCompiler } from '../../../../src/config/compile.js';
import { OPTIONS } from '../compile-text.js';
import { lines } from './diff-texts.js';

const V3 = '_format_version: "3.0"\n';
/** As gateways show: transformed, with the ids and times of their own. */
const SHOWN = `${V3}_transform: false\n`;
const ID = {
  one: '3e0b4b6e-5d0c-4f4e-9d6b-1a2b3c4d5e6f',
  other: '4e0b4b6e-5d0c-4f4e-9d6b-1a2b3c4d5e6f',
  credential: '5e0b4b6e-5d0c-4f4e-9d6b-1a2b3c4d5e6f',
};

interface Text {
  readonly text: string;
  readonly live?: boolean;
}
const live = (text: string): Text => ({ text: SHOWN + text, live: true });
const written = (text: string, head = V3): Text => ({ text: head + text });

function diff(old: Text, now: Text): string[] {
  const compiler = createCompiler({ ...OPTIONS, allowEmpty: true });
  const id = (file: string, side: Text): string => {
    const { revision, findings } = compiler.compile([{ file, ...side }]);
    if (revision === undefined) throw new Error(`${file}: ${JSON.stringify(findings)}`);
    return revision.id;
  };
  return lines(compiler.diff(id('old', old), id('new', now))!);
}

const route = (id: string): string =>
  `routes: [{id: ${id}, paths: [/a], created_at: 7, updated_at: 8, tags: null}]`;

test('ids that nobody wrote, and times, are no difference from what a gateway shows', () => {
  expect(diff(live(route(ID.one)), written('routes: [{paths: [/a]}]'))).toEqual([]);
  expect(diff(written('routes: [{paths: [/a]}]'), live(route(ID.one)))).toEqual([]);
  expect(diff(live(route(ID.one)), live(route(ID.other).replace('7', '9')))).toEqual([]);
});

test('an id that somebody wrote is', () => {
  expect(diff(live(route(ID.one)), written(`routes: [{id: ${ID.other}, paths: [/a]}]`))).toEqual([
    `~ route '${ID.other}'`,
    `  id "${ID.one}" -> "${ID.other}"`,
  ]);
});

const consumer = (password: string, id?: string): string =>
  `consumers: [{${id === undefined ? '' : `id: ${id}, `}custom_id: c, ` +
  `basicauth_credentials: [{id: ${ID.credential}, username: u, password: ${password}}]}]`;
const hashed = (password: string, id: string): string => hash('sha1', password + id);
const CHANGED = ["~ basicauth credential 'u'", '  password secret'];

test('a password is compared with its hash, even where it will have another salt', () => {
  const shown = live(consumer(hashed('pass', ID.one), ID.one));
  expect(diff(shown, written(consumer('pass')))).toEqual([]);
  expect(diff(written(consumer('pass')), shown)).toEqual([]);
  expect(diff(shown, written(consumer('other')))).toEqual(CHANGED);
  expect(diff(shown, written(consumer(hashed('pass', ID.one))))).toEqual(CHANGED);
});

test('a hash is worth nothing with another salt than its own', () => {
  const shown = live(consumer(hashed('pass', ID.one), ID.one));
  const kept = consumer(hashed('pass', ID.one), ID.one);
  expect(diff(shown, written(kept, SHOWN))).toEqual([]);
  const moved = written(consumer(hashed('pass', ID.one)), SHOWN);
  expect(diff(shown, moved)).toEqual(CHANGED);
});

test('of hashes with salts of two gateways nobody can tell', () => {
  const one = live(consumer(hashed('pass', ID.one), ID.one));
  const other = live(consumer(hashed('pass', ID.other), ID.other));
  expect(diff(one, other)).toEqual([]);
  expect(diff(one, live(consumer(hashed('other', ID.one), ID.one)))).toEqual(CHANGED);
});

test('files that differ in whether Kong is to hash say so, and compare all the same', () => {
  const plain = written(consumer('pass', ID.one));
  expect(diff(plain, written(consumer(hashed('pass', ID.one), ID.one), SHOWN))).toEqual([
    '  _transform true -> false',
  ]);
});
