import { useAnswer } from "../../api/queries";
import type { Schemas } from "../../api/types";
import { Page } from "../../frame/page";
import { Grid } from "../../parts/grid";
import { downloadUrl, FORMATS } from "../../view/downloads";
import { useView } from "../../view/view";
import { useFormats } from "../../words/formats";
import { useWords } from "../../words/language";
import { DetailPanel } from "./detail-panel";
import { LIMITS, METRICS, type Performance } from "./metrics";
import { MetricsSection } from "./metrics-section";
import { NowSection, useNow } from "./now-section";
import styles from "./performance.module.css";
import { SlowestPanel } from "./slowest-panel";
import { TrackingSection } from "./tracking-section";
import { useMetrics } from "./use-metrics";
import { PERFORMANCE_WORDS } from "./words";

export default function PerformancePage() {
  const words = useWords(PERFORMANCE_WORDS);
  const { query, own } = useView();
  const answers = useMetrics();
  const health = useAnswer("/api/admin/analytics/tracking-health", query);
  const now = useNow();
  const metric = METRICS.find((each) => each === own("metric")) ?? METRICS[0];
  const downloads = FORMATS.map((format) => ({
    label: `${words.values} (${format.toUpperCase()})`,
    href: downloadUrl("performance", format, query),
  }));
  return (
    <Page
      title={words.title}
      question={words.question}
      answer={
        [answers.LCP, health, now].some(({ isPending }) => isPending) ? null : (
          <Answer lcp={answers.LCP.data} health={health.data} now={now.data} />
        )
      }
      asOf={answers[metric].data?.asOf}
      downloads={downloads}
    >
      <MetricsSection answers={answers} />
      <div className={styles["section"]}>
        <Grid>
          <DetailPanel metric={metric} answer={answers[metric]} />
          <SlowestPanel metric={metric} answer={answers[metric]} />
        </Grid>
      </div>
      <NowSection answer={now} />
      <TrackingSection answer={health} />
    </Page>
  );
}

/** Undefined is what did not load. */
interface AnswerProps {
  lcp: Performance | undefined;
  health: Schemas["TrackingHealth"] | undefined;
  now: Schemas["RealTime"] | undefined;
}

/** What a visitor waits for, what is lost, and what still waits to be stored. */
function Answer({ lcp, health, now }: AnswerProps) {
  const words = useWords(PERFORMANCE_WORDS);
  const { milliseconds, rate } = useFormats();
  const p75 = lcp?.summary.p75;
  const good = LIMITS.LCP!.good;
  return (
    <>
      {p75 === null && words.noVisits}
      {typeof p75 === "number" && (
        <>
          {words.seen} <b>{milliseconds(p75)}</b>
          {p75 <= good ? words.within : words.beyond(milliseconds(good))}
        </>
      )}{" "}
      {typeof health?.lossRate === "number" && (
        <>
          {words.lostBefore} <b>{rate(health.lossRate)}</b> {words.lostAfter}
        </>
      )}{" "}
      {now?.streamDepth === 0 && words.nothingWaits}
      {now && now.streamDepth > 0 && (
        <>
          {words.waits} <b>{milliseconds(now.oldestUnstoredS * 1000)}</b>.
        </>
      )}
    </>
  );
}
