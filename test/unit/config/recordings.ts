import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = join(import.meta.dirname, '../../../../shared/kong/recordings');

export interface Recording {
  readonly name: string;
  /** The configuration that was posted. */
  readonly text: string;
  readonly status: number;
  readonly body: string;
}

/** What a real Kong answered to configurations; none when the recordings are not there. */
export function recordings(): Recording[] {
  if (!existsSync(FOLDER)) return [];
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith('.json'))
    .flatMap((name) => {
      const { request, response } = JSON.parse(readFileSync(join(FOLDER, name), 'utf8')) as Record<
        string,
        Record<string, unknown>
      >;
      const { path, body: posted } = request ?? {};
      const { status, body } = response ?? {};
      if (typeof path !== 'string' || !path.startsWith('/config') || typeof posted !== 'string') return [];
      // Some long answers are kept in part.
      if (typeof status !== 'number' || typeof body !== 'string' || !isJson(body)) return [];
      return [{ name, text: configIn(posted), status, body }];
    });
}

/** Some posted it wrapped, as `{"config": "..."}`. */
function configIn(body: string): string {
  try {
    const { config } = JSON.parse(body) as { config?: unknown };
    return typeof config === 'string' ? config : body;
  } catch {
    return body;
  }
}

function isJson(body: string): boolean {
  try {
    JSON.parse(body);
    return true;
  } catch {
    return false;
  }
}
