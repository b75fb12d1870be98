import { describe, expect, test } from '@jest/globals';
import { diffJson } from '../../../../src/config/diff/json.js';
import { diffMarkdown } from '../../../../src/cli/diff/markdown.js';
import { diffText } from '../../../../src/cli/diff/text.js';
import { diffTexts } from '../../config/diff/diff-texts.js';

const V3 = '_format_version: "3.0"\n';
const plain = (_: string, text: string): string => text;

const DIFF = diffTexts(
  `${V3}services: [{name: s, host: a, path: /x}, {name: gone, host: g}]\nconsumers: [{username: c, keyauth_credentials: [{key: hush}]}]`,
  `_transform: false\n${V3}services: [{name: s, host: b, retries: 1}]\nroutes: [{name: r, paths: [/], service: s}]\nconsumers: [{username: c, keyauth_credentials: [{key: psst}]}]`,
);

describe('a diff as text', () => {
  test('has a line per entity and per field, and a summary', () => {
    expect(diffText(DIFF, plain)).toBe(`_transform: true -> false
~ service 's'  (old.yaml:2 -> new.yaml:3)
    retries: 5 -> 1
    host: "a" -> "b"
    path: "/x" -> none
- service 'gone'  (old.yaml:2)
    name: "gone"
    host: "g"
+ route 'r'  (new.yaml:4)
    service: "s"
    name: "r"
    paths: ["/"]
~ keyauth credential of consumer 'c'  (old.yaml:3 -> new.yaml:5)
    key: changed (secret)

1 added, 1 removed, 2 changed, 1 setting changed, 1 unchanged
`);
  });

  test('says so when there is none', () => {
    expect(diffText(diffTexts(V3, V3), plain)).toBe('no difference\n');
  });

  test('is bounded, and says how much more there is', () => {
    const many = Array.from({ length: 600 }, (_, index) => `{name: s${index}, host: h}`).join(', ');
    const output = diffText(diffTexts(V3, `${V3}services: [${many}]`), plain);
    expect(output).toContain('… and 100 more entities: --format json lists all of them');
    expect(output).toContain('600 added');
    expect(output.split('\n').length).toBeLessThan(1600);
  });

  test('cuts long values, and shows no control characters', () => {
    const long = diffTexts(
      `${V3}services: [{name: s, host: h, tags: [a]}]`,
      `${V3}services: [{name: s, host: h, tags: ["${'a'.repeat(5000)}\\u202e"]}]`,
    );
    expect(diffText(long, plain).length).toBeLessThan(400);
    const evil = diffTexts(V3, `${V3}consumers: [{username: "\\x1b[31m\\u202e"}]`);

    expect(diffText(evil, plain)).not.toMatch(/[\u001b\u202e]/);
  });
});

describe('a diff as JSON', () => {
  test('lists everything, with no value of a secret', () => {
    const answer = JSON.parse(diffJson(DIFF)) as Record<string, unknown>;
    expect(answer).toMatchObject({
      version: 1,
      different: true,
      summary: { added: 1, removed: 1, changed: 2, unchanged: 1 },
      settings: [{ path: '_transform', old: true, new: false }],
    });
    expect((answer['entities'] as unknown[])[3]).toEqual({
      change: 'changed',
      entity: { type: 'keyauth_credentials' },
      label: "keyauth credential of consumer 'c'",
      old: { file: 'old.yaml', line: 3, column: 49 },
      new: { file: 'new.yaml', line: 5, column: 49 },
      fields: [{ path: 'key', secret: true }],
    });
    expect(JSON.parse(diffJson(diffTexts(V3, V3)))).toEqual({
      version: 1,
      different: false,
      summary: { added: 0, removed: 0, changed: 0, unchanged: 0 },
      settings: [],
      entities: [],
    });
  });
});

describe('a diff as Markdown', () => {
  test('has a table by type, and details that fold', () => {
    expect(diffMarkdown(DIFF))
      .toBe(`**Kong configuration: 1 added, 1 removed, 2 changed, 1 setting changed, 1 unchanged**

- \`_transform\`: \`true\` → \`false\`

| | added | removed | changed |
| --- | ---: | ---: | ---: |
| services |  | 1 | 1 |
| routes | 1 |  |  |
| keyauth_credentials |  |  | 1 |

<details>
<summary>Details</summary>

- \`~ service 's'\` changed (\`old.yaml:2\` → \`new.yaml:3\`)
  - \`retries\`: \`5\` → \`1\`
  - \`host\`: \`"a"\` → \`"b"\`
  - \`path\`: \`"/x"\` → _none_
- \`- service 'gone'\` removed (\`old.yaml:2\`)
  - \`name\`: \`"gone"\`
  - \`host\`: \`"g"\`
- \`+ route 'r'\` added (\`new.yaml:4\`)
  - \`service\`: \`"s"\`
  - \`name\`: \`"r"\`
  - \`paths\`: \`["/"]\`
- \`~ keyauth credential of consumer 'c'\` changed (\`old.yaml:3\` → \`new.yaml:5\`)
  - \`key\`: _changed (secret)_

</details>
`);
  });

  test('lets no text out of its code span, whatever it holds', () => {
    const evil = '</details><script>alert(1)</script> ``` @everyone [x](http://y) | a\\nb `';
    const diff = diffTexts(
      V3,
      `${V3}consumers: [{username: ${JSON.stringify(evil).replace('\\\\n', '\\n')}}]`,
    );
    for (const line of diffMarkdown(diff)
      .split('\n')
      .filter((each) => each.includes('script'))) {
      // CommonMark: a span ends at the next run of exactly as many backticks.
      expect(line.replace(/(?<!`)(`+)(?!`)(.*?)(?<!`)\1(?!`)/g, '')).not.toMatch(/[<@[|]/);
    }
    expect(diffMarkdown(diff).match(/<\/details>(?=\n$)/g)).toHaveLength(1);
  });

  test('fits into a comment', () => {
    const many = Array.from({ length: 3000 }, (_, index) => `{name: s${index}, host: h}`).join(', ');
    const output = diffMarkdown(diffTexts(V3, `${V3}services: [${many}]`));
    expect(output.length).toBeLessThan(60_000);
    expect(output).toMatch(/… and \d+ more entities/);
    expect(output).toContain('| services | 3000 |  |  |');
  });
});
