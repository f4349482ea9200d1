import type { UseQueryResult } from "@tanstack/react-query";
import type { Problem } from "../../api/problem";
import { useAnswer } from "../../api/queries";
import { useView } from "../../view/view";
import { useFormats } from "../../words/formats";
import { METRICS, type Metric, type Performance } from "./metrics";

const PATH = "/api/admin/analytics/performance";

export type Answers = Readonly<Record<Metric, UseQueryResult<Performance, Problem>>>;

/** Every metric of the view, each from an answer of its own. */
export function useMetrics(): Answers {
  const { query } = useView();
  const answers = METRICS.map((metric) => {
    const asked = new URLSearchParams(query);
    asked.set("metric", metric);
    // The list never changes, so neither does the order of the hooks.
    return [metric, useAnswer(PATH, asked)] as const;
  });
  return Object.fromEntries(answers) as Answers;
}

/** How a point of a series is named: an hour, or a day; `short` is for the axis. */
export function usePointTitle(): { title: (at: string) => string; short: (at: string) => string } {
  const { range } = useView();
  const { date, shortDate, shortDateTime, time } = useFormats();
  return "timeRange" in range && range.timeRange === "24h"
    ? { title: shortDateTime, short: time }
    : { title: date, short: shortDate };
}
