// Requests with the token, and what their errors mean.

const TOKEN = 'silverback-token';

export interface Session {
  readonly token: () => string | undefined;
  readonly keep: (token: string) => void;
  readonly forget: () => void;
}

/** The token lives as long as the tab. */
export const createSession = (storage: Storage): Session => ({
  token: () => storage.getItem(TOKEN) ?? undefined,
  keep: (token) => storage.setItem(TOKEN, token),
  forget: () => storage.removeItem(TOKEN),
});

/** The server answered, and not with what was asked for. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
    this.name = 'Refused';
  }
}

export type Ask = (path: string, signal?: AbortSignal) => Promise<Response>;

/** @throws Refused with the server's own words; TypeError where it cannot be reached */
export const createAsk =
  (session: Session): Ask =>
  async (path, signal) => {
    const token = session.token();
    const response = await fetch(path, {
      cache: 'no-store',
      ...(token !== undefined && { headers: { authorization: `Bearer ${token}` } }),
      ...(signal !== undefined && { signal }),
    });
    if (!response.ok) throw new Refused(response.status, messageOf(await response.text(), response.status));
    return response;
  };

/** `{"error": {"message": …}}`, else the status alone. */
function messageOf(body: string, status: number): string {
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed === 'object' && parsed !== null && 'error' in parsed) {
      const { error } = parsed;
      if (typeof error === 'object' && error !== null && 'message' in error) return String(error.message);
    }
  } catch {
    // Not JSON: a proxy in between.
  }
  return `the server answered ${status}`;
}
