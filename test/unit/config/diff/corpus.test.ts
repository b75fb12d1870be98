// What a real Kong accepted (../shared/kong), and what the emulator makes of it: entities as Kong stores them.
import { describe, expect, test } from '@jest/globals';
import { createCompiler } from '../../../../src/config/compile.js';
import { cases, stored, textOf } from '../../../support/kong-verdicts.js';
import { OPTIONS } from '../compile-text.js';
import { diffTexts, lines } from './diff-texts.js';

/** An algorithm without `hash_on`: written out, `hash_on: none` takes the algorithm back, in Kong as here. */
const ALGORITHM_LOST = 'x/upstream/ch-nohash';
/** Texts that every gateway makes up for itself are a difference when somebody writes them down. */
const MADE_UP =
  /^ {2}(?:key|secret|client_id|client_secret|code|access_token|value|config\.(?:secret|provision_key)) secret$/;

const accepted = cases().filter(({ status }) => status === 201);

function sealed(text: Buffer): Uint8Array | undefined {
  return createCompiler({ ...OPTIONS, allowEmpty: true }).compile([{ file: 'x', text }]).revision?.bytes;
}

(accepted.length > 0 ? describe : describe.skip)('over what a real Kong 3.9.3 accepts', () => {
  test('a configuration does not differ from what it is sealed to, either way', () => {
    const differing: unknown[] = [];
    let compared = 0;
    for (const one of accepted) {
      const text = textOf(one);
      const bytes = sealed(text);
      if (bytes === undefined) continue;
      compared += 1;
      const found = [...lines(diffTexts(text, bytes)), ...lines(diffTexts(bytes, text))];
      if (found.length > 0) differing.push([one.id, found]);
    }
    expect(differing).toEqual([]);
    expect(compared).toBeGreaterThan(1500);
  });

  test('nor from the entities that Kong stores: flat, with ids, references by id, and every default', () => {
    const differing: unknown[] = [];
    let compared = 0;
    for (const one of accepted) {
      if (one.id === ALGORITHM_LOST) continue;
      const bytes = sealed(textOf(one));
      const expanded = bytes && stored(Buffer.from(bytes));
      if (bytes === undefined || expanded === undefined || sealed(expanded) === undefined) continue;
      compared += 1;
      const found = lines(diffTexts(bytes, expanded)).filter(
        (line) => !MADE_UP.test(line) && !/^~/.test(line),
      );
      if (found.length > 0) differing.push([one.id, found]);
    }
    expect(differing).toEqual([]);
    expect(compared).toBeGreaterThan(1500);
  });
});
