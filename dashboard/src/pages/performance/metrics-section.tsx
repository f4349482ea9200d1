import { Chart } from "../../charts/chart";
import { ChartKey } from "../../charts/key";
import { SmallMultiples } from "../../charts/small-multiples";
import { Locked, Problem } from "../../parts/panel-states";
import { useWords } from "../../words/language";
import { MetricTile } from "./metric-tile";
import { LIMITS_SOURCE, METRICS } from "./metrics";
import styles from "./performance.module.css";
import type { Answers } from "./use-metrics";
import { useMetricsTable } from "./metrics-table";
import { PERFORMANCE_WORDS } from "./words";

/** How healthy it was, metric by metric. */
export function MetricsSection({ answers }: { answers: Answers }) {
  const words = useWords(PERFORMANCE_WORDS);
  const all = METRICS.map((metric) => answers[metric]);
  const failed = all.filter(({ error }) => error);
  const error = failed[0]?.error;
  const isOld = all.some(({ isPlaceholderData }) => isPlaceholderData);
  const isLoading = all.some(({ isPending }) => isPending);
  const table = useMetricsTable(answers);
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
