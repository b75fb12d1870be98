import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');
export const ALERTS = join(root, 'deploy/helm/silverback/files/alerts.yaml');
export const ALERT_TESTS = join(root, 'test/prometheus/alerts.yaml');

/** Where `scripts/install-prometheus.sh` put it, unless the system has it. */
const BIN = execFileSync('bash', [join(root, 'scripts/install-prometheus.sh')], {
  encoding: 'utf8',
  stdio: ['ignore', 'pipe', 'inherit'],
}).trim();

/** @throws an Error with what it wrote when it finds fault */
export function promtool(args: readonly string[], input = ''): string {
  return execFileSync(join(BIN, 'promtool'), args, { input, encoding: 'utf8', stdio: 'pipe' });
}

export interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A Prometheus that scrapes some replicas, with our alerts loaded. */
export interface Prometheus {
  readonly query: (expression: string) => Promise<readonly Sample[]>;
  /** Of the loaded rules, by the alert's name: what evaluating it last came to. */
  readonly rules: () => Promise<ReadonlyMap<string, { readonly health: string; readonly state: string }>>;
  readonly close: () => Promise<void>;
}

/** What is read of the answers of its HTTP API. */
interface Answer {
  readonly data: {
    readonly result?: readonly {
      readonly metric: Sample['metric'];
      readonly value: readonly [number, string];
    }[];
    readonly groups?: readonly {
      readonly rules: readonly { readonly name: string; readonly health: string; readonly state: string }[];
    }[];
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** @param targets addresses of /metrics, by the replica's name */
export async function startPrometheus(
  folder: string,
  targets: Readonly<Record<string, string>>,
): Promise<Prometheus> {
  const config = {
    global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
    rule_files: [ALERTS],
    scrape_configs: [
      {
        job_name: 'silverback',
        static_configs: Object.entries(targets).map(([pod, target]) => ({
          targets: [target],
          labels: { pod },
        })),
      },
    ],
  };
  const file = join(folder, 'prometheus.json');
  await writeFile(file, JSON.stringify(config));
  promtool(['check', 'config', file]);
  const port = await freePort();
  const child = spawn(
    join(BIN, 'prometheus'),
    [
      `--config.file=${file}`,
      `--storage.tsdb.path=${join(folder, 'prometheus')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let log = '';
  child.stderr.on('data', (text: Buffer) => (log += text.toString()));
  const exited = once(child, 'exit');
  // Whatever ends this process, by a mistake even, ends it.
  process.once('exit', () => child.kill('SIGKILL'));

  const get = async (path: string): Promise<Answer['data']> => {
    if (child.exitCode !== null) throw new Error(`Prometheus has ended: ${log}`);
    const response = await fetch(`http://127.0.0.1:${port}${path}`);
    const text = await response.text();
    if (!response.ok) throw new Error(`${path}: ${text}`);
    return (JSON.parse(text) as Answer).data;
  };

  return {
    async query(expression) {
      const { result = [] } = await get(`/api/v1/query?query=${encodeURIComponent(expression)}`);
      return result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }));
    },
    async rules() {
      const { groups = [] } = await get('/api/v1/rules');
      return new Map(groups.flatMap(({ rules }) => rules.map((rule) => [rule.name, rule] as const)));
    },
    async close() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
