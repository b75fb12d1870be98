import { styleText } from 'node:util';

/** The terminal: headings, and lines under them, each with the time since the beginning. */
export interface Screen {
  readonly heading: (text: string) => void;
  readonly line: (text: string) => void;
  readonly good: (text: string) => void;
  readonly bad: (text: string) => void;
}

export function createScreen(
  output: NodeJS.WritableStream & { readonly isTTY?: boolean },
  env: NodeJS.ProcessEnv,
): Screen {
  const startedAt = performance.now();
  const colored = output.isTTY === true && env['NO_COLOR'] === undefined;
  const paint = (style: Parameters<typeof styleText>[0], text: string): string =>
    colored ? styleText(style, text) : text;
  const time = (): string => `${((performance.now() - startedAt) / 1000).toFixed(1).padStart(5)} s`;
  const write = (mark: string, text: string): void => {
    output.write(`${paint('dim', time())}  ${mark} ${text}\n`);
  };
  return {
    heading: (text) => void output.write(`\n${paint('bold', text)}\n`),
    line: (text) => write(' ', text),
    good: (text) => write(paint('green', '✓'), text),
    bad: (text) => write(paint('red', '✗'), text),
  };
}
