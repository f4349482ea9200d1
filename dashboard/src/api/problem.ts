/** What an answer that failed tells. `status` 0: nobody answered. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    /** The server's sentence, in English. */
    readonly detail: string,
    /** To be found in the server's log. */
    readonly requestId?: string | undefined,
    /** Seconds after which it is worth trying again. */
    readonly retryAfterS?: number | undefined,
    /** The field or parameter that is wrong. */
    readonly field?: string | undefined,
  ) {
    super(detail);
  }
}

export async function problemOf(response: Response): Promise<Problem> {
  const told = (await response.json().catch(() => ({}))) as Record<string, unknown>;
  const text = (name: string): string | undefined =>
    typeof told[name] === "string" ? told[name] : undefined;
  return new Problem(
    response.status,
    text("detail") ?? response.statusText,
    response.headers.get("X-Request-Id") ?? text("requestId"),
    Number(response.headers.get("Retry-After")) || undefined,
    text("field"),
  );
}
