import { Problem, problemOf } from "./problem";

export type Params =
  | URLSearchParams
  | Readonly<Record<string, string | number | boolean | null | undefined>>;

/** Asks the API; a Problem where it does not answer well. */
export async function ask<Answer>(
  path: string,
  params?: Params,
  signal?: AbortSignal,
): Promise<Answer> {
  return told<Answer>(addressOf(path, params), { signal: signal ?? null });
}

/** Changes something; `csrfToken` is that of the login. Undefined where the answer has no body. */
export async function change<Answer>(
  method: "POST" | "PUT" | "DELETE",
  path: string,
  csrfToken: string | null,
  body?: unknown,
): Promise<Answer> {
  const headers = new Headers();
  if (csrfToken) headers.set("X-CSRF-Token", csrfToken);
  if (body !== undefined) headers.set("Content-Type", "application/json");
  const sent = body === undefined ? null : JSON.stringify(body);
  return told<Answer>(path, { method, headers, body: sent });
}

/** Values that are empty are left out. */
export function addressOf(path: string, params: Params = {}): string {
  const pairs = params instanceof URLSearchParams ? [...params] : Object.entries(params);
  const query = new URLSearchParams();
  for (const [name, value] of pairs)
    if (value !== null && value !== undefined && value !== "") query.append(name, String(value));
  return query.size ? `${path}?${query}` : path;
}

async function told<Answer>(address: string, request: RequestInit): Promise<Answer> {
  let response: Response;
  try {
    response = await fetch(address, { ...request, credentials: "same-origin" });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Problem(0, "");
  }
  if (!response.ok) throw await problemOf(response);
  return (response.status === 204 ? undefined : await response.json()) as Answer;
}
