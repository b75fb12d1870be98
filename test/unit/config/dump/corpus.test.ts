// Dumps of what a real Kong accepted (../shared/kong): pushed again, they change nothing.
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { createCompiler } from '../../../../src/config/compile.js';
import { withoutEcho } from '../../../../src/config/document/echo.js';
import { cases, textOf } from '../../../support/kong-verdicts.js';
import { shownAt } from '../../../support/shown-config.js';
import { OPTIONS } from '../compile-text.js';
import { lines } from '../diff/diff-texts.js';

const one = shownAt(1_800_000_000_000);
const other = shownAt(1_800_000_777_000);
/** It nests 3,000 levels deep, more than we read. */
const TOO_DEEP = 'y/deep/yaml-flow-3000';
/** Only entities without an updated_at are in these: which of their times is that of the load, nobody can tell. */
const TIME_UNKNOWN = [
  'acme_storage/max-first',
  'acme_storage/created_at/huge',
  'parameters/created_at/float-int',
];
/** The emulator shows the nulls of records in lists only where somebody wrote these lists. */
const NULLS_HIDDEN = ['plugin/datadog/config-arr', 'plugin/statsd/config-arr'];
const accepted = cases().filter(({ status, id }) => status === 201 && id !== TOO_DEEP);

/** Every value that a gateway shows, but for the times of its load; sets have no order, and empty ones are none. */
const timeless = (shown: string): string =>
  JSON.stringify(withoutEcho(parse(shown) as Record<string, unknown>), (_key, value: unknown) =>
    JSON.stringify(value) === '[]' || JSON.stringify(value) === '{}' ? null : value,
  )
    .replaceAll(/1800000(?:000|777)/g, 'load')
    .split(/[,[\]{}]+/)
    .sort()
    .join('\n');

/** What is wrong with a dump of a gateway that was sent this; nothing where the gateway shows nothing. */
function faultsOf(sent: Uint8Array, toTheLetter: boolean): string[] | undefined {
  const before = one(sent);
  if (before === undefined) return undefined;
  const compiler = createCompiler({ ...OPTIONS, allowEmpty: true });
  const live = compiler.compile([{ file: 'one', text: before, live: true }]);
  if (live.revision === undefined) return undefined;
  const dump = compiler.dump(live.revision.id, { secrets: true }) ?? '';
  const again = compiler.compile([{ file: 'dump', text: dump }]);
  if (again.revision === undefined) return [`${JSON.stringify(again.findings)}\n${dump}`];
  const after = other(again.revision.bytes) ?? '';
  const second = compiler.compile([{ file: 'other', text: after, live: true }]);
  if (second.revision === undefined) return [`after: ${JSON.stringify(second.findings)}\n${dump}`];
  const told = [
    ...lines(compiler.diff(live.revision.id, again.revision.id)!),
    ...lines(compiler.diff(live.revision.id, second.revision.id)!),
  ];
  if (toTheLetter && timeless(before) !== timeless(after)) told.push(`${before}\n=>\n${dump}\n=>\n${after}`);
  const twice = compiler.dump(second.revision.id, { secrets: true });
  if (twice !== dump) told.push(`${dump}\n=>\n${twice ?? ''}`);
  return told;
}

(accepted.length > 0 ? describe : describe.skip)('over what a real Kong 3.9.3 accepts', () => {
  test.each([
    ['as it was sent', (text: Uint8Array) => text],
    [
      'as it was sealed',
      (text: Uint8Array) =>
        createCompiler({ ...OPTIONS, allowEmpty: true }).compile([{ file: 'x', text }]).revision?.bytes,
    ],
  ])('a dump of what a gateway serves leads to the very same there, %s', (_how, sentOf) => {
    const faults: unknown[] = [];
    let dumped = 0;
    for (const each of accepted) {
      const sent = sentOf(textOf(each));
      const found = sent && faultsOf(sent, ![...TIME_UNKNOWN, ...NULLS_HIDDEN].includes(each.id));
      if (found === undefined) continue;
      dumped += 1;
      if (found.length > 0) faults.push([each.id, ...found]);
    }
    expect(faults).toEqual([]);
    expect(dumped).toBeGreaterThan(1500);
  });
});
