// What a diagnostics API says, checked: another version may speak another language.
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { ValidateFunction } from 'ajv/dist/2020.js';
import type { GatewaysEvent, StatusEvent } from '../../server/diagnostics/changes.js';
import { SCHEMAS } from '../../server/diagnostics/schemas.js';
import type { Status } from '../../server/diagnostics/status.js';

const ajv = new Ajv2020({ strict: false, validateFormats: false });
ajv.addSchema({ $id: 'silverback', components: { schemas: SCHEMAS } });

type Parse<T> = (text: string) => T | undefined;

function parser<T>(name: string): Parse<T> {
  let isValid: ValidateFunction<T> | undefined;
  return (text) => {
    isValid ??= ajv.compile<T>({ $ref: `silverback#/components/schemas/${name}` });
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      return undefined;
    }
    return isValid(value) ? value : undefined;
  };
}

/** Each gives `undefined` for what is not what it should be. */
export const parseStatus: Parse<Status> = parser('Status');
export const parseStatusEvent: Parse<StatusEvent> = parser('StatusEvent');
export const parseGatewaysEvent: Parse<GatewaysEvent> = parser('GatewaysEvent');
