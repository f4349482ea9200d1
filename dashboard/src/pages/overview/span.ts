import type { Schemas } from "../../api/types";
import type { Span, Way } from "./words";

type Overview = Schemas["Overview"];

/** `24h` is told by the hour, and ends in the middle of one. */
export const isByHour = ({ timeRange }: Overview): boolean => timeRange === "24h";

export const spanOf = (overview: Overview): Span =>
  isByHour(overview) ? { hours: 24, days: 1 } : { days: overview.daily.length };

/** Differences that would be written as nothing are none. */
export const wayOf = (difference: number, least: number): Way =>
  Math.abs(difference) < least ? "same" : difference > 0 ? "higher" : "lower";
