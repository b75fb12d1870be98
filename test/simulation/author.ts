import type { KubeApi } from '../../src/emulator/kube/api.js';
import type { Dice } from './dice.js';
import type { Note } from './facts.js';
import { rejectedBy } from './kong.js';
import { NAMESPACE } from './pods.js';

export const SELECTOR = 'silverback.test/config=true';

/** The team that edits ConfigMaps and Secrets. */
export interface Author {
  /** Any edit, good or bad. */
  readonly edit: () => void;
  readonly onEdit: (fn: () => void) => void;
  /** Whether every source is present and good. */
  readonly isGood: () => boolean;
  /** Every source present and good. */
  readonly makeGood: () => void;
  /** What stands in the sources now. */
  readonly texts: () => readonly { readonly file: string; readonly text: string }[];
}

interface AuthorOptions {
  readonly api: KubeApi;
  readonly dice: Dice;
  readonly note: Note;
  readonly sources: number;
  /** Makes configurations that take several slices to send. */
  readonly large: boolean;
  /** Whether some edits are bad ones. */
  readonly clumsy: boolean;
  readonly versions: readonly string[];
}

type Text = string | undefined;

const LARGE_TEXT = 'x'.repeat(150_000);

export function createAuthor({ api, dice, note, sources, large, clumsy, versions }: AuthorOptions): Author {
  const names = Array.from({ length: sources }, (_, index) => `team-${index}`);
  const written = new Map<string, { readonly file: string; readonly text: string }>();
  let edits = 0;

  /** Three to five services, of which only the tags change. */
  function good(name: string, ...tags: readonly string[]): string {
    edits += 1;
    const services = Array.from({ length: 3 + (edits % 3) }, (_, index) => ({
      name: `${name}-${index}`,
      host: 'upstream.test',
      tags: [`edit-${edits}`, ...tags],
    }));
    const padding = large && name === names[0] ? { _comment: LARGE_TEXT } : {};
    return JSON.stringify({ _format_version: '3.0', ...padding, services });
  }

  function put(name: string, text: Text, what: string): void {
    note({ kind: 'event', who: 'author', what: `${name}: ${what}` });
    const plural = name.endsWith('1') ? 'secrets' : 'configmaps';
    const path = `/api/v1/namespaces/${NAMESPACE}/${plural}`;
    const kind = plural === 'secrets' ? 'secret' : 'configmap';
    if (text === undefined || text === '') written.delete(name);
    else written.set(name, { file: `${kind}/${NAMESPACE}/${name}/kong.json`, text });
    if (text === undefined) {
      api.handle({ method: 'DELETE', path: `${path}/${name}` });
      return;
    }
    const [key = '', value = ''] = SELECTOR.split('=');
    const data =
      text === '' ? {} : { 'kong.json': plural === 'secrets' ? Buffer.from(text).toString('base64') : text };
    const body = JSON.stringify({ metadata: { name, namespace: NAMESPACE, labels: { [key]: value } }, data });
    const answer = api.handle({ method: 'PUT', path: `${path}/${name}`, body });
    if ('body' in answer && answer.status === 404) api.handle({ method: 'POST', path, body });
  }

  const BAD: readonly ((name: string) => readonly [Text, string])[] = [
    () => ['{"_format_version": "3.0", "services": [', 'broken text'],
    () => ['{"_format_version":"3.0","services":[{"name":"x"}]}', 'an invalid service'],
    () => ['{"_format_version":"3.0"}', 'no entities'],
    () => ['', 'no data'],
    () => [undefined, 'deleted'],
    (name) => {
      const version = dice.pickOf(versions) ?? '';
      return [good(name, rejectedBy(version)), `edit ${edits}, which Kong ${version} rejects`];
    },
  ];

  const bads = new Set<string>();
  let onEdit = (): void => undefined;
  const edit = (): void => {
    const name = dice.pickOf(names) ?? 'team-0';
    const bad = clumsy && dice.chance(0.5) ? dice.pickOf(BAD) : undefined;
    put(name, ...(bad?.(name) ?? ([good(name), `edit ${edits}`] as const)));
    if (bad) bads.add(name);
    else bads.delete(name);
    onEdit();
  };

  return {
    edit,
    onEdit(fn) {
      onEdit = fn;
    },
    isGood: () => bads.size === 0,
    makeGood() {
      for (const name of names) put(name, good(name), `edit ${edits}, a good one`);
    },
    texts: () => [...written.values()],
  };
}
