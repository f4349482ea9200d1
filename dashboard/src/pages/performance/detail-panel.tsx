import { useMemo } from "react";
import { ChartKey, type KeyItem } from "../../charts/key";
import { LineChart, type Series } from "../../charts/line-chart";
import type { Column } from "../../parts/data-table";
import { Panel, type Answer } from "../../parts/panel";
import { Empty } from "../../parts/panel-states";
import { Select } from "../../parts/select";
import { useView } from "../../view/view";
import { useFormats } from "../../words/formats";
import { useWords } from "../../words/language";
import { isCounted, judgedBy, LIMITS, METRICS, written, type Metric, type Performance } from "./metrics";
import { usePointTitle } from "./use-metrics";
import { PERFORMANCE_WORDS } from "./words";

type Point = Performance["series"][number];

const HEIGHT_PX = 300;

/** The percentile a metric is judged by has the colour of what the page is about. */
const linesOf = (metric: Metric) =>
  [
    { of: "p50", colour: "--chart-2" },
    { of: "p75", colour: judgedBy(metric) === "p75" ? "--chart-1" : "--chart-3" },
    { of: "p95", colour: judgedBy(metric) === "p95" ? "--chart-1" : "--chart-3" },
    { of: "p99", colour: "--chart-8" },
  ] as const;

interface DetailPanelProps {
  metric: Metric;
  answer: Answer<Performance>;
}

/** One metric over time, all its percentiles and how often it was measured. */
export function DetailPanel({ metric, answer }: DetailPanelProps) {
  const words = useWords(PERFORMANCE_WORDS);
  const { number } = useFormats();
  const { setOwn } = useView();
  const options = METRICS.map((value) => ({ value, label: words.metrics[value] }));
  return (
    <Panel
      title={words.metrics[metric]}
      note={({ summary }: Performance) => words.measured(number(summary.count))}
      action={
        <Select
          label={words.metric}
          labelHidden
          options={options}
          value={metric}
          onChange={(next) => setOwn({ metric: next === METRICS[0] ? undefined : next })}
        />
      }
      span={8}
      answer={answer}
      shape="chart"
      what={words.metrics[metric]}
      isEmpty={({ summary }) => summary.count === 0}
      empty={<Empty>{words.nothing}</Empty>}
    >
      {(told) => <Lines metric={metric} told={told} />}
    </Panel>
  );
}

function Lines({ metric, told }: { metric: Metric; told: Performance }) {
  const words = useWords(PERFORMANCE_WORDS);
  const formats = useFormats();
  const table = useTable(metric, told);
  const { points, series, lane } = useDrawn(metric, told);
  const counted = isCounted(metric);
  const format = counted ? formats.number : written(told.unit, formats);
  const limits = LIMITS[metric];
  const limit = limits && { value: limits.good, label: words.limit(format(limits.good)) };
  const items = keyOf(metric, told, format, words.count);
  const said = counted ? format(told.summary.count) : formats.list(items.map(({ label }) => label));
  return (
    <>
      <ChartKey
        items={limit ? [...items, { label: limit.label, form: "dash", colour: "--bad" }] : items}
      />
      <LineChart
        statement={`${words.metrics[metric]}: ${said}`}
        table={table}
        file={metric}
        points={points}
        series={series}
        format={format}
        whole={counted}
        height={HEIGHT_PX}
        {...(!counted && { lane })}
        {...(limit && { limit })}
      />
    </>
  );
}

/** Each line with its figure for the whole range. */
function keyOf(
  metric: Metric,
  { summary }: Performance,
  format: (value: number) => string,
  counted: string,
): KeyItem[] {
  if (isCounted(metric)) return [{ label: counted, form: "line" }];
  return linesOf(metric).map(({ of, colour }) => {
    const value = summary[of];
    return { label: `${of} ${value === null ? "–" : format(value)}`, form: "line", colour };
  });
}

/** What the chart draws, kept so that it is drawn once. */
function useDrawn(metric: Metric, told: Performance) {
  const words = useWords(PERFORMANCE_WORDS);
  const { number } = useFormats();
  const { title, short } = usePointTitle();
  return useMemo(() => {
    const counts = told.series.map(({ count }) => count);
    const lines: Series[] = linesOf(metric).map(({ of, colour }) => ({
      name: of,
      values: told.series.map((point) => point[of]),
      form: "line",
      colour,
    }));
    return {
      points: told.series.map(({ at }) => ({ key: at, label: short(at), title: title(at) })),
      series: isCounted(metric) ? [{ name: words.count, values: counts }] : lines,
      lane: { name: words.count, values: counts, format: number, form: "bar" as const },
    };
  }, [metric, told, words, number, title, short]);
}

function useTable(metric: Metric, told: Performance) {
  const words = useWords(PERFORMANCE_WORDS);
  const formats = useFormats();
  const { title: titleOf } = usePointTitle();
  return useMemo(() => {
    const format = written(told.unit, formats);
    const value = (id: "average" | "p50" | "p75" | "p95" | "p99" | "max"): Column<Point> => ({
      id,
      label: id === "average" ? words.average : id === "max" ? words.most : id,
      figure: true,
      cell: (point) => (point[id] === null ? formats.unknown : format(point[id])),
      text: (point) => point[id],
    });
    const columns: Column<Point>[] = [
      { id: "at", label: words.time, header: true, cell: ({ at }) => titleOf(at), text: ({ at }) => at },
      {
        id: "count",
        label: words.count,
        figure: true,
        cell: ({ count }) => formats.number(count),
        text: ({ count }) => count,
      },
      ...(isCounted(metric)
        ? []
        : (["average", "p50", "p75", "p95", "p99", "max"] as const).map(value)),
    ];
    const rowKey = ({ at }: Point): string => at;
    return { caption: words.metrics[metric], columns, rows: told.series, rowKey };
  }, [metric, told, words, formats, titleOf]);
}
