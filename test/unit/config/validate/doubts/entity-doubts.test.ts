import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { MODELS } from '../../../../../src/config/schema/model.js';
import { entityDoubts } from '../../../../../src/config/validate/doubts/entity-doubts.js';
import { plainSecretProblem } from '../../../../../src/config/validate/doubts/plain-secrets.js';
import { readExpiries } from '../../../../../src/config/validate/doubts/certificates.js';
import { isDict } from '../../../../../src/config/document/dict.js';
import { compile } from '../../compile-text.js';

const model = fc.constantFrom(...MODELS.values());

test('whatever an entity holds, nothing breaks over it', () => {
  const entity = model.chain((one) =>
    fc
      .dictionary(fc.constantFrom(...one.fields.keys(), '__proto__', 'routes'), fc.jsonValue({ maxDepth: 4 }))
      .map((value) => ({ model: one, value, index: 0 })),
  );
  fc.assert(
    fc.property(entity, (one) => {
      for (const { severity } of entityDoubts(one)) expect(['hold', 'warning']).toContain(severity);
      plainSecretProblem([one], () => true);
      readExpiries([one]);
    }),
    { numRuns: 3000 },
  );
});

test('no doubt shows a secret that was planted anywhere', () => {
  const SECRET = 'hunter2';
  const planted = fc
    .jsonValue({ maxDepth: 3 })
    .map((value) => JSON.stringify(value).replaceAll('"a', `"${SECRET}`));
  fc.assert(
    fc.property(model, planted, (one, text) => {
      const value: unknown = JSON.parse(text);
      const entity = { ...(isDict(value) ? value : {}), id: null, key: SECRET, config: { secret: SECRET } };
      const config = {
        _format_version: '3.0',
        [one.type]: [{ ...entity, healthchecks: value, cert: SECRET }],
      };
      const doubts = compile(JSON.stringify(config)).findings.filter(({ severity }) => severity !== 'error');
      expect(JSON.stringify(doubts.map(({ message, hint }) => [message, hint]))).not.toContain(SECRET);
    }),
    { numRuns: 300 },
  );
});
