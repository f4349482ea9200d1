import type { Schemas } from "../../api/types";
import type { Answer } from "../../parts/panel";
import { Patch, ShareRows, StackBar } from "../../parts/share-rows";
import { ViewLink } from "../../view/view-link";
import { useFormats } from "../../words/formats";
import { useWords } from "../../words/language";
import { OverviewPanel } from "./overview-panel";
import styles from "./overview.module.css";
import { wayOf } from "./span";
import { OVERVIEW_WORDS } from "./words";

type Overview = Schemas["Overview"];

const COLOURS: Readonly<Record<string, string>> = {
  converted: "--chart-2",
  ongoing: "--chart-3",
  abandoned: "--line-strong",
};
const ORDER = Object.keys(COLOURS);
// Half of the last digit that is written.
const LEAST = 0.0005;

export function EndingsPanel({ answer }: { answer: Answer<Overview> }) {
  const words = useWords(OVERVIEW_WORDS);
  const { number } = useFormats();
  return (
    <OverviewPanel
      title={words.endings}
      answer={answer}
      what={words.endingsWhat}
      foot={({ overview }) =>
        overview.convertedSessions > 0 &&
        words.verified(overview.verifiedConversions, number(overview.verifiedConversions))
      }
    >
      {(overview) => <Endings overview={overview} />}
    </OverviewPanel>
  );
}

function Endings({ overview: { overview, conversionFunnel } }: { overview: Overview }) {
  const words = useWords(OVERVIEW_WORDS);
  const { number, share } = useFormats();
  const all = conversionFunnel.toSorted(
    (one, other) => ORDER.indexOf(one.status) - ORDER.indexOf(other.status),
  );
  const colourOf = (status: string): string => COLOURS[status] ?? "--chart-8";
  return (
    <>
      <StackBar
        parts={all.map(({ status, count }) => ({
          key: status,
          size: count,
          colour: colourOf(status),
        }))}
      />
      <ul className={styles["endings"]}>
        {all.map(({ status, count }) => (
          <li key={status}>
            <span>
              <Patch colour={colourOf(status)} />
              <ViewLink to="/sessions" with={{ status }} className={styles["rowlink"]}>
                {words.statuses[status] ?? status}
              </ViewLink>
            </span>
            <span className={styles["value"]}>
              <b>{number(count)}</b> <span>{share(count / overview.totalSessions)}</span>
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}

export function DevicesPanel({ answer }: { answer: Answer<Overview> }) {
  const words = useWords(OVERVIEW_WORDS);
  return (
    <OverviewPanel
      title={words.devices}
      answer={answer}
      what={words.devicesWhat}
      foot={(data) => <Bounced {...data} />}
    >
      {(overview) => <Devices overview={overview} />}
    </OverviewPanel>
  );
}

function Devices({ overview: { overview, devices } }: { overview: Overview }) {
  const words = useWords(OVERVIEW_WORDS);
  const { number, share } = useFormats();
  const rows = devices
    .filter(({ sessions }) => sessions > 0)
    .toSorted((one, other) => other.sessions - one.sessions)
    .map(({ deviceType, sessions }) => ({
      key: deviceType,
      label: (
        <ViewLink to="/sessions" with={{ deviceType }} className={styles["rowlink"]}>
          {words.deviceNames[deviceType] ?? deviceType}
        </ViewLink>
      ),
      value: number(sessions),
      count: share(sessions / overview.totalSessions),
      share: sessions / overview.totalSessions,
    }));
  return <ShareRows rows={rows} />;
}

function Bounced({ overview, previous }: Overview) {
  const words = useWords(OVERVIEW_WORDS);
  const { share } = useFormats();
  const [now, before] = [overview.bounceRate, previous.bounceRate];
  if (now === null) return null;
  if (before === null) return `${words.bounced(share(now))}.`;
  const way = words.bouncedBefore[wayOf(now - before, LEAST)];
  return `${words.bounced(share(now))}, ${way} ${share(before)}.`;
}
