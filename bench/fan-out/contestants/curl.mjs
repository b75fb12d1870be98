// What a shell script would do: one curl for all gateways, as many at once as the others.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export async function open({ urls, tls, revisions, atOnce }) {
  const folder = await mkdtemp(join(tmpdir(), 'silverback-bench-'));
  const targets = join(folder, 'targets');
  // curl verifies the name in the URL: each gateway has one of its own.
  const lines = urls.flatMap((url, i) => {
    const { protocol, hostname, port } = new URL(url);
    const name = `g${i}.gateways.test`;
    return [
      `url = "${protocol}//${name}:${port}/config"`,
      'output = /dev/null',
      `resolve = "${name}:${port}:${hostname}"`,
    ];
  });
  await writeFile(targets, `${lines.join('\n')}\n`);
  const credentials = [];
  for (const [name, flag] of Object.entries(tls ? { ca: '--cacert', cert: '--cert', key: '--key' } : {})) {
    const file = join(folder, name);
    await writeFile(file, tls[name]);
    credentials.push(flag, file);
  }
  return {
    async round(revision) {
      // Without `Expect:` curl would ask first, and wait for the answer.
      const args = ['--silent', '--show-error', '--fail', '--http1.1', '--parallel', '--parallel-immediate'];
      args.push(
        '--parallel-max',
        String(atOnce),
        '--header',
        'Content-Type: text/yaml',
        '--header',
        'Expect:',
      );
      args.push('--data-binary', `@${revisions[revision].file}`, ...credentials, '--config', targets);
      const script = `TIMEFORMAT='cpu %U %S'; time curl "$@"`;
      const shell = spawn('bash', ['-c', script, 'bash', ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
      let said = '';
      shell.stderr.on('data', (chunk) => (said += chunk));
      const [code] = await once(shell, 'close');
      const cpu = /cpu ([\d.]+) ([\d.]+)/.exec(said);
      if (code !== 0 || cpu === null) throw new Error(`curl ended with ${code}: ${said.slice(0, 500)}`);
      return { otherCpuMs: (Number(cpu[1]) + Number(cpu[2])) * 1000 };
    },
    /** A new process each time: nothing to warm. */
    settle() {},
    close: () => rm(folder, { recursive: true }),
  };
}
