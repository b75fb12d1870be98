import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { KubeObject } from '../e2e/support/kube-admin.js';
import type { StartedContainer } from '../support/container-settings.js';

const root = join(import.meta.dirname, '../..');
export const CHART = join(root, 'deploy/helm/silverback');

/** Helm, as `test/e2e/helm` pins it; built the first time. */
const HELM = execFileSync(process.execPath, [join(root, 'test/e2e/programs.mjs'), 'helm'], {
  encoding: 'utf8',
  stdio: ['ignore', 'pipe', 'inherit'],
}).trim();

export interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

/** What is read of the objects that a chart makes; which fields are there depends on the kind. */
export interface Rendered extends KubeObject {
  readonly metadata: KubeObject['metadata'] & {
    readonly namespace: string;
    readonly labels: Readonly<Record<string, string>>;
  };
  readonly rules?: readonly Rule[];
  /** Of a Secret. */
  readonly type?: string;
  readonly roleRef?: { readonly kind: string; readonly name: string };
  readonly subjects?: readonly Readonly<Record<'kind' | 'name' | 'namespace', string>>[];
  // Whatever it is, it is only compared.
  readonly spec: Record<string, unknown>;
}

export interface PodSpec {
  readonly serviceAccountName: string;
  readonly automountServiceAccountToken: boolean;
  readonly terminationGracePeriodSeconds: number;
  readonly securityContext: object;
  readonly containers: readonly (StartedContainer & {
    readonly image: string;
    readonly command?: readonly string[];
    readonly securityContext: object;
    readonly volumeMounts?: readonly Readonly<Record<string, unknown>>[];
  })[];
  readonly volumes?: readonly Readonly<Record<string, unknown>>[];
}

/** Runs Helm, with values where it takes some: what it prints, and whether it failed. */
export function helm(args: readonly string[], values?: object): { ok: boolean; text: string } {
  const { status, stdout, stderr } = spawnSync(
    HELM,
    [...args, ...(values === undefined ? [] : ['--values=-'])],
    {
      input: JSON.stringify(values ?? {}),
      encoding: 'utf8',
      maxBuffer: 32 * 1024 * 1024,
    },
  );
  return { ok: status === 0, text: status === 0 ? stdout : stderr };
}

/** @throws an Error with Helm's words when it refuses the values */
export function render(values: object, release = 'silverback', namespace = 'apps'): Rendered[] {
  const { ok, text } = helm(['template', release, CHART, `--namespace=${namespace}`], values);
  if (!ok) throw new Error(text);
  return parseAllDocuments(text)
    .map((document) => {
      const [error] = document.errors;
      if (error !== undefined) throw error;
      return document.toJS() as Rendered | null;
    })
    .filter((object) => object !== null);
}

/** The one object of a kind. */
export function only(objects: readonly Rendered[], kind: string): Rendered {
  const found = objects.filter((object) => object.kind === kind);
  const [object] = found;
  if (found.length !== 1 || object === undefined) throw new Error(`${found.length} objects are a ${kind}`);
  return object;
}

/** The pod of a Deployment, or a Pod. */
export function podOf({ kind, spec }: Rendered): PodSpec {
  return (kind === 'Pod' ? spec : (spec['template'] as { spec: unknown }).spec) as PodSpec;
}
