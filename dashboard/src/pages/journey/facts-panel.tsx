import type { ReactNode } from "react";
import { CopyButton } from "../../parts/copy-button";
import { Tag } from "../../parts/chip";
import { Panel } from "../../parts/panel";
import { Status } from "../../parts/status";
import { useFormats } from "../../words/formats";
import { useWords } from "../../words/language";
import styles from "./journey.module.css";
import type { Journey } from "./story";
import { JOURNEY_WORDS, type JourneyWords } from "./words";

type Label = keyof JourneyWords["labels"];
type Fact = [Label, ReactNode];

const SIGNS = { converted: "good", abandoned: "off" } as const;

/** What is kept of the session beside its steps; only what is known. */
export function FactsPanel({ journey }: { journey: Journey }) {
  const words = useWords(JOURNEY_WORDS);
  const facts = useFacts(journey);
  return (
    <Panel
      title={words.facts}
      action={<CopyButton small look="quiet" text={journey.session.sessionId} label={words.copyId} />}
    >
      <Facts facts={facts} className={styles["facts"]} />
    </Panel>
  );
}

const FIRST: readonly Label[] = ["status", "device", "source", "complete"];

/** The few that stand under the heading. */
export function KeyFacts({ journey }: { journey: Journey }) {
  const facts = useFacts(journey).filter(([label]) => FIRST.includes(label));
  return <Facts facts={facts} className={styles["keyFacts"]} />;
}

function Facts({ facts, className }: { facts: Fact[]; className: string | undefined }) {
  const words = useWords(JOURNEY_WORDS);
  return (
    <dl className={className}>
      {facts.map(([label, fact]) => (
        <div key={label}>
          <dt>{words.labels[label]}</dt>
          <dd>{fact}</dd>
        </div>
      ))}
    </dl>
  );
}

function Outcome({ status }: { status: string }) {
  const words = useWords(JOURNEY_WORDS);
  const word = words.statuses[status] ?? status;
  if (status !== "converted" && status !== "abandoned") return <Tag>{word}</Tag>;
  return <Status state={SIGNS[status]}>{word}</Status>;
}

function useFacts({ session, snapshots }: Journey): Fact[] {
  const words = useWords(JOURNEY_WORDS);
  const { dateTime, duration, number, milliseconds } = useFormats();
  const complete = snapshots.findLast(({ over }) => !over)?.completionPercentage;
  const { viewportWidth, viewportHeight, clockSkewMs, verifiedAt } = session;
  const { utmSource, utmMedium, utmCampaign } = session;
  const screen = viewportWidth && viewportHeight && `${viewportWidth} × ${viewportHeight}`;
  const facts: Fact[] = [
    ["status", <Outcome status={session.conversionStatus} />],
    ["begin", dateTime(session.startTime)],
    ["lastActivity", dateTime(session.lastActivity)],
    ["duration", duration(session.sessionDuration)],
    ["interactions", number(session.totalInteractions)],
    ["complete", complete === null || complete === undefined ? null : words.percent(number(complete))],
    ["device", [words.devices[session.deviceType], screen].filter(Boolean).join(", ")],
    ["browser", session.browserName],
    ["source", [utmSource, utmMedium, utmCampaign].filter(Boolean).join(" / ")],
    ["referrer", session.referrer ?? session.referrerHost],
    ["exitPage", session.exitPage],
    ["order", session.orderId],
    ["verified", verifiedAt && dateTime(verifiedAt)],
    ["bot", session.botReason],
    ["priceList", session.lastPriceListVersion],
    ["tracker", session.trackerVersion],
    ["skew", clockSkewMs === null ? null : milliseconds(clockSkewMs)],
    ["address", session.ipAddress],
    ["userAgent", session.userAgent],
    ["id", session.sessionId],
  ];
  return facts.filter(([, fact]) => fact !== null && fact !== "");
}
