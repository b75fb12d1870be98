// What `GET /config` of an emulated gateway shows of a configuration, without any server.
import { parseText } from '../../src/emulator/kong/declarative/text.js';
import { configModel } from '../../src/emulator/kong/declarative/model.js';
import { asMap } from '../../src/emulator/kong/lua/value.js';
import { loadCatalog } from '../../src/emulator/kong/schema/catalog.js';
import { evaluate, md5 } from '../../src/emulator/kong/server/evaluate.js';
import { createStore, exportYaml } from '../../src/emulator/kong/server/store.js';

const OPTIONS = { validate: true, flatten: true, emptyListIsList: true, zerosWhenEmpty: true };

/** A gateway that loads at a certain time (ms since 1970). */
export function shownAt(time: number): (text: Uint8Array) => string | undefined {
  const model = configModel(loadCatalog(), () => time);
  return (bytes) => {
    const text = Buffer.from(bytes);
    const parsed = parseText(text);
    if (!parsed.ok) return undefined;
    const result = evaluate(model, asMap(parsed.value), text, md5(text), OPTIONS);
    return 'refusal' in result ? undefined : exportYaml(model.catalog, createStore(result.config));
  };
}
