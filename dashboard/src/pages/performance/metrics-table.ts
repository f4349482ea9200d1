import { useMemo } from "react";
import type { Column } from "../../parts/data-table";
import { useFormats } from "../../words/formats";
import { useWords } from "../../words/language";
import { figureOf, isCounted, judgedBy, METRICS, written, type Metric } from "./metrics";
import { usePointTitle, type Answers } from "./use-metrics";
import { PERFORMANCE_WORDS } from "./words";

interface Row {
  at: string;
  figures: Partial<Record<Metric, number | null>>;
}

/** What the tiles draw: the figure each metric is known by, hour by hour or day by day. */
export function useMetricsTable(answers: Answers) {
  const words = useWords(PERFORMANCE_WORDS);
  const formats = useFormats();
  const { title: titleOf } = usePointTitle();
  const told = METRICS.map((metric) => answers[metric].data);
  return useMemo(() => {
    const known = METRICS.filter((_, place) => told[place]?.summary.count);
    const dataOf = (metric: Metric) => told[METRICS.indexOf(metric)];
    const starts = told.find((each) => each)?.series.map(({ at }) => at) ?? [];
    const rows: Row[] = starts.map((at, place) => {
      const figures: Row["figures"] = {};
      for (const metric of known) {
        const point = dataOf(metric)?.series[place];
        if (point) figures[metric] = figureOf(metric, point);
      }
      return { at, figures };
    });
    const columns: Column<Row>[] = [
      { id: "at", label: words.time, header: true, cell: ({ at }) => titleOf(at), text: ({ at }) => at },
      ...known.map((metric): Column<Row> => {
        const format = written(dataOf(metric)?.unit ?? null, formats);
        return {
          id: metric,
          label: words.metrics[metric] + (isCounted(metric) ? "" : `, ${judgedBy(metric)}`),
          figure: true,
          cell: ({ figures }) => {
            const value = figures[metric] ?? null;
            return value === null ? formats.unknown : format(value);
          },
          text: ({ figures }) => figures[metric] ?? null,
        };
      }),
    ];
    return { caption: words.overTime, columns, rows, rowKey: ({ at }: Row) => at };
    // The answers are kept by the client; their list is made anew each time.
  }, [...told, words, formats, titleOf]);
}
