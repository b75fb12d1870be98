import { createCompiler } from '../../../src/config/compile.js';
import type { Compilation, CompilerOptions, SourceText } from '../../../src/config/compile.js';
import type { Finding } from '../../../src/config/finding.js';

export const OPTIONS: CompilerOptions = { deck: false, env: {}, allowEmpty: false };

/** Compiles one text, or several by file name, with a new compiler. */
export function compile(
  texts: string | Readonly<Record<string, string>>,
  options: Partial<CompilerOptions> = {},
): Compilation {
  const sources: SourceText[] =
    typeof texts === 'string'
      ? [{ file: 'kong.yaml', text: texts }]
      : Object.entries(texts).map(([file, text]) => ({ file, text }));
  return createCompiler({ ...OPTIONS, ...options }).compile(sources);
}

/** `error 3:5 services[0].port out-of-range`, for each finding. */
export function brief({ findings }: Pick<Compilation, 'findings'>): string[] {
  return findings.map(({ severity, line, column, path, code }) =>
    [severity, line === undefined ? '-' : `${line}:${column ?? 0}`, path ?? '-', code].join(' '),
  );
}

export function errors({ findings }: Pick<Compilation, 'findings'>): Finding[] {
  return findings.filter(({ severity }) => severity === 'error');
}

/** The sealed configuration, parsed. */
export function sealed(compilation: Compilation): Record<string, unknown> {
  if (compilation.revision === undefined) throw new Error(JSON.stringify(compilation.findings));
  return JSON.parse(new TextDecoder().decode(compilation.revision.bytes)) as Record<string, unknown>;
}
