import { useQuery, type QueryClient, type UseQueryResult } from "@tanstack/react-query";
import { remember, remembered } from "../view/remembered";
import { ask } from "./client";
import { Problem } from "./problem";
import type { Schemas } from "./types";

export const ME = ["/api/admin/me"] as const;
export type Me = Schemas["Me"];

// The cookie cannot be seen from here. Where nobody has logged in with this browser, nobody is
// asked: a refusal would be written to the console as an error.
const HINT = "login";

/** The login that has just begun, or null: it is over. */
export function setMe(client: QueryClient, me: Me | null): void {
  remember(HINT, me ? "begun" : undefined);
  client.setQueryData(ME, me);
}

/** Who is logged in; null where nobody is. */
export const useMe = (): UseQueryResult<Me | null, Problem> =>
  useQuery<Me | null, Problem>({
    queryKey: ME,
    queryFn: async ({ signal }) => {
      if (!remembered(HINT)) return null;
      try {
        return await ask<Me>(ME[0], undefined, signal);
      } catch (error) {
        if (error instanceof Problem && error.status === 401) return null;
        throw error;
      }
    },
    staleTime: Infinity,
  });

/** A viewer sees; an admin changes. */
export const useCanChange = (): boolean => useMe().data?.role === "admin";

/** The project's, in which its days begin. */
export const useTimeZone = (): string => useMe().data?.timeZone ?? "UTC";
