import { useMemo } from "react";
import { Chart } from "../../charts/chart";
import { ChartKey } from "../../charts/key";
import { SmallMultiples } from "../../charts/small-multiples";
import type { Column } from "../../parts/data-table";
import { Locked, Problem } from "../../parts/panel-states";
import { useFormats } from "../../words/formats";
import { useWords } from "../../words/language";
import { MetricTile } from "./metric-tile";
import {
  figureOf,
  isCounted,
  judgedBy,
  LIMITS_SOURCE,
  METRICS,
  written,
  type Metric,
} from "./metrics";
import styles from "./performance.module.css";
import { usePointTitle, type Answers } from "./use-metrics";
import { PERFORMANCE_WORDS } from "./words";

/** How healthy it was, metric by metric. */
export function MetricsSection({ answers }: { answers: Answers }) {
  const words = useWords(PERFORMANCE_WORDS);
  const all = METRICS.map((metric) => answers[metric]);
  const failed = all.filter(({ error }) => error);
  const error = failed[0]?.error;
  const isOld = all.some(({ isPlaceholderData }) => isPlaceholderData);
  const isLoading = all.some(({ isPending }) => isPending);
  const table = useTable(answers);
  return (
    <section className={styles["section"]} aria-labelledby="metrics">
      <div className={styles["head"]}>
        <h2 id="metrics">{words.overTime}</h2>
        <ChartKey
          items={[
            { label: words.judged, form: "line" },
            { label: "p50", form: "line", colour: "--chart-2" },
            { label: "p99", form: "line", colour: "--chart-8" },
            { label: words.limitLine, form: "dash", colour: "--bad" },
          ]}
        />
      </div>
      {error?.status === 403 ? (
        <Locked />
      ) : (
        <div className={isOld ? styles["old"] : undefined} aria-busy={isOld || isLoading}>
          <Chart table={table} file="performance">
            <SmallMultiples>
              {METRICS.map((metric) => (
                <MetricTile
                  key={metric}
                  metric={metric}
                  told={answers[metric].error ? undefined : answers[metric].data}
                  hasFailed={answers[metric].isError}
                />
              ))}
            </SmallMultiples>
          </Chart>
          {error && (
            <Problem
              what={words.metricsWhat(failed.length)}
              error={error}
              onRetry={() => failed.forEach((one) => void one.refetch())}
            />
          )}
        </div>
      )}
      <p className={styles["foot"]}>
        {words.source} <a href={LIMITS_SOURCE}>web.dev/articles/vitals</a>. {words.browsers}
      </p>
    </section>
  );
}

interface Row {
  at: string;
  figures: Partial<Record<Metric, number | null>>;
}

/** What the tiles draw: the figure each metric is known by, hour by hour or day by day. */
function useTable(answers: Answers) {
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
