import { styleText } from 'node:util';
import { Command, Option } from 'commander';
import { readSettings } from '../settings/read.js';
import type { Result } from './doctor/result.js';
import { addSettingOptions, givenSettings } from './setting-options.js';
import { version } from './version.js';

const HELP = `
Looks at everything that silverback run would meet with these settings, in this order: the settings, Kubernetes and our rights, the
sources, the history, the Service and its EndpointSlices, and each gateway. Each check says ok, warn, fail or skipped, and what to do.
Nothing is changed: gateways are asked by GET only, and the API server what we may do (SelfSubjectAccessReview).
Exit codes: 0 nothing failed, 1 something did, 2 wrong usage.

Examples:
  In the cluster, with the settings and the rights of the Deployment itself (its args are repeated, its environment is there):
    $ kubectl -n silverback exec deploy/silverback -- silverback doctor --kong-admin-svc kong/kong-admin --config-selector silverback.dev/config=true

  From elsewhere, before anything is installed, with your own rights:
    $ silverback doctor --kong-admin-svc kong/kong-admin --config-file kong.yaml

  Without Kubernetes:
    $ silverback doctor --kong-admin-url https://kong-1:8444 --kong-admin-ca-cert-file ca.crt --config-dir config/

  Only what failed, for a script:
    $ silverback doctor … -o json | jq '.results[] | select(.verdict == "fail")'
`;

interface Options {
  readonly output: 'text' | 'json';
}

/** `silverback doctor`. Exit codes: see the help. */
export function doctorCommand(): Command {
  const command = new Command('doctor')
    .description(
      'Check, one by one, everything that silverback run needs, and say how to mend what is wrong.',
    )
    .addOption(
      new Option('-o, --output <format>', 'how results are written')
        .choices(['text', 'json'])
        .default('text'),
    )
    .addHelpText('after', HELP);
  return addSettingOptions(command).action(async () => {
    const { output } = command.opts<Options>();
    const { values, problems } = readSettings(givenSettings(command), process.env);
    const [{ examine }, { countOf, createPrinter, summaryLine, toJson }] = await Promise.all([
      import('./doctor/examine.js'),
      import('./doctor/print.js'),
    ]);
    const coloured = process.stdout.isTTY && (process.env['NO_COLOR'] ?? '') === '';
    const printer = createPrinter((style, text) => (coloured ? styleText(style, text) : text));
    const all: Result[] = [];
    await examine(
      { values, problems, env: process.env, userAgent: `silverback/${version()} (doctor)` },
      (results) => {
        all.push(...results);
        // Whoever closes the pipe early gets this code, too (see main.ts).
        process.exitCode = all.some(({ verdict }) => verdict === 'fail') ? 1 : 0;
        if (output === 'text') write(printer.lines(results));
      },
    );
    write(output === 'json' ? [toJson(all)] : ['', summaryLine(countOf(all))]);
  });
}

function write(lines: readonly string[]): void {
  process.stdout.write(lines.map((line) => `${line}\n`).join(''));
}
