import { useMemo } from "react";
import { ChartKey } from "../../charts/key";
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
  const { title, short } = usePointTitle();
  const format = written(told.unit, formats);
  const counted = isCounted(metric);
  const points = useMemo(
    () => told.series.map(({ at }) => ({ key: at, label: short(at), title: title(at) })),
    [told, title, short],
  );
  const counts = useMemo(() => told.series.map(({ count }) => count), [told]);
  const series = useMemo<Series[]>(
    () =>
      counted
        ? [{ name: words.count, values: counts }]
        : linesOf(metric).map(({ of, colour }) => ({
            name: of,
            values: told.series.map((point) => point[of]),
            form: "line",
            colour,
          })),
    [told, metric, counted, counts, words],
  );
  const lane = useMemo(
    () => ({ name: words.count, values: counts, format: formats.number, form: "bar" as const }),
    [words, counts, formats],
  );
  const limits = LIMITS[metric];
  const { summary } = told;
  const figures = [
    ...linesOf(metric).map(({ of }) => `${of} ${summary[of] === null ? "–" : format(summary[of])}`),
    `${words.most} ${summary.max === null ? "–" : format(summary.max)}`,
  ];
  const statement = counted
    ? `${words.metrics[metric]}: ${formats.number(summary.count)}`
    : `${words.metrics[metric]}: ${formats.list(figures)}`;
  return (
    <>
      <ChartKey
        items={[
          ...(counted
            ? [{ label: words.count, form: "line" as const }]
            : linesOf(metric).map(({ of, colour }, place) => ({
                label: figures[place] ?? of,
                form: "line" as const,
                colour,
              }))),
          ...(limits
            ? [{ label: words.limit(format(limits.good)), form: "dash" as const, colour: "--bad" }]
            : []),
        ]}
      />
      <LineChart
        statement={statement}
        table={useTable(metric, told)}
        file={metric}
        points={points}
        series={series}
        format={counted ? formats.number : format}
        whole={counted}
        height={HEIGHT_PX}
        {...(!counted && { lane })}
        {...(limits && { limit: { value: limits.good, label: words.limit(format(limits.good)) } })}
      />
    </>
  );
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
