import type { Schemas } from "../../api/types";
import type { Formats } from "../../words/formats";

export type Performance = Schemas["Performance"];
export type Summary = Schemas["Summary"];
export type Percentile = "p50" | "p75" | "p95" | "p99";

/** What the tiles show, in their order: what the servers measure, then what browsers do. */
export const METRICS = [
  "api_response_time",
  "api_error",
  "db_query_time",
  "price_calc_time",
  "LCP",
  "INP",
  "CLS",
  "TTFB",
  "image_load_time",
  "client_api_time",
  "client_api_error",
  "memory_usage",
] as const;
export type Metric = (typeof METRICS)[number];

/** Values up to `good` are good, above `poor` poor: https://web.dev/articles/vitals. */
interface Limits {
  good: number;
  poor: number;
}

/** As published for the 75th percentile; milliseconds, but layout shift. */
export const LIMITS: Readonly<Partial<Record<Metric, Limits>>> = {
  LCP: { good: 2500, poor: 4000 },
  INP: { good: 200, poor: 500 },
  CLS: { good: 0.1, poor: 0.25 },
  TTFB: { good: 800, poor: 1800 },
};
export const LIMITS_SOURCE = "https://web.dev/articles/vitals";

/** Each value is one event: what counts is how many there were. */
export const isCounted = (metric: Metric): boolean => metric.endsWith("_error");

/** By which a metric is judged. */
export const judgedBy = (metric: Metric): Percentile => (LIMITS[metric] ? "p75" : "p95");

/** The figure a metric is known by. */
export function figureOf(metric: Metric, summary: Summary): number | null {
  if (!summary.count) return null;
  return isCounted(metric) ? summary.count : summary[judgedBy(metric)];
}

export type Verdict = "good" | "warning" | "bad" | "off";

export function verdictOf(metric: Metric, value: number | null): Verdict {
  const limits = LIMITS[metric];
  if (!limits || value === null) return "off";
  return value <= limits.good ? "good" : value <= limits.poor ? "warning" : "bad";
}

const SCORE_DIGITS = 2;
const MEBIBYTE = 2 ** 20;

/** How values of a unit are written. */
export function written(unit: string | null, formats: Formats): (value: number) => string {
  switch (unit) {
    case "ms":
      return formats.milliseconds;
    case "s":
      return (value) => formats.milliseconds(value * 1000);
    case "bytes":
      return formats.bytes;
    case "MB":
      return (value) => formats.bytes(value * MEBIBYTE);
    case "count":
      return formats.number;
    case "score":
      return (value) => formats.decimal(value, SCORE_DIGITS);
    default:
      return (value) => [formats.decimal(value, 1), unit].filter(Boolean).join("\u00a0");
  }
}

/** "2.8 s" as a value and the unit that is set smaller. */
export function splitUnit(text: string): { value: string; unit?: string } {
  const [value = "", unit, ...more] = text.split("\u00a0");
  return unit && !more.length ? { value, unit } : { value: text };
}
