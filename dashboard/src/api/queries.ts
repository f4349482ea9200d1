import {
  keepPreviousData,
  MutationCache,
  QueryCache,
  QueryClient,
  useMutation,
  useQuery,
  useQueryClient,
  type UseMutationResult,
  type UseQueryResult,
} from "@tanstack/react-query";
import { ask, change, type Params } from "./client";
import { setMe, useMe } from "./me";
import { Problem } from "./problem";
import type { AnswerOf, GetPath } from "./types";

const FRESH_MS = 30_000;
const ATTEMPTS = 2;

/** What fails for want of a login leads to the login form, at the same address. */
export function newQueryClient(): QueryClient {
  const onError = (error: unknown): void => {
    if (error instanceof Problem && error.status === 401) setMe(client, null);
  };
  const client: QueryClient = new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      queries: {
        staleTime: FRESH_MS,
        refetchOnWindowFocus: false,
        retry: (failed, error) => failed < ATTEMPTS && isPassing(error),
      },
    },
  });
  return client;
}

/** Worth another attempt: the server was away, or had too much to do. */
const isPassing = (error: unknown): boolean =>
  error instanceof Problem && (error.status === 0 || error.status === 503);

interface Options {
  /** Asks again and again, as long as the page is in view. */
  everyMs?: number;
  enabled?: boolean;
  /** For the `{name}`s of the path. */
  path?: Readonly<Record<string, string>>;
}

/** The API's answer to a GET; while another is asked for, the one before stays. */
export function useAnswer<Path extends GetPath>(
  path: Path,
  params?: Params,
  { everyMs, enabled = true, path: names = {} }: Options = {},
): UseQueryResult<AnswerOf<Path>, Problem> {
  const address = path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(names[name] ?? ""));
  const asked = params instanceof URLSearchParams ? params.toString() : params;
  return useQuery<AnswerOf<Path>, Problem>({
    queryKey: [address, asked ?? null],
    queryFn: ({ signal }) => ask<AnswerOf<Path>>(address, params, signal),
    placeholderData: keepPreviousData,
    enabled,
    ...(everyMs && { refetchInterval: everyMs, staleTime: 0 }),
  });
}

interface Change {
  path: string;
  body?: unknown;
}

/** Changes something; afterwards every answer below the paths of `stale` is asked for again. */
export function useChange<Answer = undefined>(
  method: "POST" | "PUT" | "DELETE",
  stale: readonly GetPath[] = [],
): UseMutationResult<Answer, Problem, Change> {
  const client = useQueryClient();
  const { data: me } = useMe();
  return useMutation<Answer, Problem, Change>({
    mutationFn: ({ path, body }) => change<Answer>(method, path, me?.csrfToken ?? null, body),
    onSuccess: () =>
      Promise.all(stale.map((path) => client.invalidateQueries({ queryKey: [path] }))),
  });
}
