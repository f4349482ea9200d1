import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import type { PriceList } from "../parts/configuration";
import { ask } from "./client";
import type { Problem } from "./problem";

const FRESH_MS = 3_600_000;

/** The price list in force: categories in order, options with their labels. */
export const usePriceList = (): UseQueryResult<PriceList, Problem> =>
  useQuery<PriceList, Problem>({
    queryKey: ["/api/pricing/data"],
    queryFn: ({ signal }) => ask<PriceList>("/api/pricing/data", undefined, signal),
    staleTime: FRESH_MS,
  });
