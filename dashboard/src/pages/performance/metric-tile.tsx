import { useMemo } from "react";
import { SmallMultiple, type SmallSeries } from "../../charts/small-multiples";
import { useFormats } from "../../words/formats";
import { useWords } from "../../words/language";
import {
  figureOf,
  isCounted,
  judgedBy,
  LIMITS,
  splitUnit,
  verdictOf,
  written,
  type Metric,
  type Performance,
} from "./metrics";
import { usePointTitle } from "./use-metrics";
import { PERFORMANCE_WORDS, type PerformanceWords } from "./words";

interface MetricTileProps {
  metric: Metric;
  /** Nothing while it loads, or where it did not. */
  told: Performance | undefined;
  hasFailed: boolean;
}

/** One metric: its figure in the range, its way there and its limit. */
export function MetricTile({ metric, told, hasFailed }: MetricTileProps) {
  const words = useWords(PERFORMANCE_WORDS);
  const formats = useFormats();
  const { title: titleOf } = usePointTitle();
  const series = useMemo(() => seriesOf(metric, told, words), [metric, told, words]);
  const points = useMemo(
    () => (told?.series ?? []).map(({ at }) => ({ key: at, title: titleOf(at) })),
    [told, titleOf],
  );
  const title = words.metrics[metric];
  const by = isCounted(metric) ? "" : `, ${judgedBy(metric)}`;
  const figure = told ? figureOf(metric, told.summary) : null;
  const format = written(told?.unit ?? null, formats);
  const text = figure === null ? null : format(figure);
  const verdict = verdictOf(metric, figure);
  const limits = LIMITS[metric];
  const { summary } = told ?? {};
  const rest = isCounted(metric) ? [] : ([["p50", summary?.p50], ["p99", summary?.p99]] as const);
  const note = rest.map(([name, value]) => `${name} ${format(value ?? 0)}`).join(" · ");
  const nothing = hasFailed ? words.notLoaded : told ? words.nothing : "";
  return (
    <SmallMultiple
      title={title + by}
      value={text === null ? null : splitUnit(text).value}
      unit={(text && splitUnit(text).unit) || ""}
      state={verdict}
      {...(verdict !== "off" && { stateText: words.verdicts[verdict] })}
      note={text === null ? nothing : note}
      statement={`${title}${by}: ${text ?? nothing}`}
      points={points}
      series={series}
      format={format}
      limit={
        text !== null && limits
          ? { value: limits.good, text: words.limit(format(limits.good)) }
          : undefined
      }
    />
  );
}

function seriesOf(
  metric: Metric,
  told: Performance | undefined,
  words: PerformanceWords,
): SmallSeries[] {
  const { series = [] } = told ?? {};
  if (!told?.summary.count) return [];
  if (isCounted(metric))
    return [{ name: words.count, values: series.map(({ count }) => count), form: "main" }];
  const judged = judgedBy(metric);
  const of = (name: "p50" | "p75" | "p95" | "p99", form: SmallSeries["form"]): SmallSeries => ({
    name,
    values: series.map((point) => point[name]),
    form,
  });
  return [of(judged, "main"), of("p50", "second"), of("p99", "third")];
}
