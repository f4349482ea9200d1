import { useEffect, useState } from "react";
import { useAnswer } from "../../api/queries";
import type { Schemas } from "../../api/types";
import { SmallMultiple, SmallMultiples } from "../../charts/small-multiples";
import { Locked, Problem } from "../../parts/panel-states";
import { useView } from "../../view/view";
import { useFormats } from "../../words/formats";
import { useWords } from "../../words/language";
import { splitUnit, type Verdict } from "./metrics";
import styles from "./performance.module.css";
import { PERFORMANCE_WORDS } from "./words";

type RealTime = Schemas["RealTime"];

interface Tile {
  title: string;
  of: (now: RealTime) => number | null;
  format: (value: number) => string;
  /** From which on the value is no longer good, and bad. */
  warning?: number | undefined;
  bad?: number | undefined;
}

const EVERY_MS = 3_000;
/** Five minutes of it. */
const MOST = 100;

export const useNow = () => {
  const { bots } = useView();
  return useAnswer("/api/admin/analytics/real-time", { bots }, { everyMs: EVERY_MS });
};

/** What was answered since the page is open, the earliest first. */
function useHistory(now: RealTime | undefined): readonly RealTime[] {
  const [seen, setSeen] = useState<readonly RealTime[]>([]);
  useEffect(() => {
    if (now)
      setSeen((before) =>
        before.at(-1)?.asOf === now.asOf ? before : [...before, now].slice(-MOST),
      );
  }, [now]);
  return seen;
}

/** By the limits that the server's settings give; off where there are none. */
function stateOf(value: number | null, warning?: number, bad?: number): Verdict {
  if (value === null || (warning ?? bad) === undefined) return "off";
  if (bad !== undefined && value >= bad) return "bad";
  return warning !== undefined && value >= warning ? "warning" : "good";
}

/** What waits to be stored, and how the API answers, asked again every few seconds. */
export function NowSection({ answer }: { answer: ReturnType<typeof useNow> }) {
  const words = useWords(PERFORMANCE_WORDS);
  const { number, milliseconds, rate, clock } = useFormats();
  const { data, error } = answer;
  const seen = useHistory(data);
  const seconds = (value: number): string => milliseconds(value * 1000);
  const tiles: readonly Tile[] = [
    { title: words.depth, of: (one: RealTime) => one.streamDepth, format: number },
    { title: words.oldest, of: (one: RealTime) => one.oldestUnstoredS, format: seconds },
    {
      title: words.responses,
      of: (one: RealTime) => one.avgResponseTime,
      format: milliseconds,
      warning: data?.limits.responseWarningMs,
      bad: data?.limits.responseBadMs,
    },
    {
      title: words.errors,
      of: (one: RealTime) => one.errorRate,
      format: rate,
      bad: data?.limits.errorRateBad,
    },
  ];
  return (
    <section className={styles["section"]} aria-labelledby="now">
      <div className={styles["head"]}>
        <h2 id="now">{words.now}</h2>
        {data && <span className={styles["note"]}>{words.nowNote(clock(data.asOf))}</span>}
      </div>
      {error?.status === 403 ? (
        <Locked />
      ) : (
        <SmallMultiples>
          {tiles.map((tile) => (
            <NowTile key={tile.title} tile={tile} now={data} seen={seen} />
          ))}
        </SmallMultiples>
      )}
      {error && error.status !== 403 && (
        <Problem what={words.nowWhat} error={error} onRetry={() => void answer.refetch()} />
      )}
    </section>
  );
}

interface NowTileProps {
  tile: Tile;
  now: RealTime | undefined;
  seen: readonly RealTime[];
}

function NowTile({ tile, now, seen }: NowTileProps) {
  const words = useWords(PERFORMANCE_WORDS);
  const { clock } = useFormats();
  const { title, of, format, warning, bad } = tile;
  const value = now ? of(now) : null;
  const text = value === null ? null : format(value);
  const state = stateOf(value, warning, bad);
  const limit = warning ?? bad;
  return (
    <SmallMultiple
      title={title}
      value={text && splitUnit(text).value}
      unit={(text && splitUnit(text).unit) || ""}
      state={state}
      {...(state !== "off" && { stateText: words.verdicts[state] })}
      limit={
        limit !== undefined && text !== null
          ? { value: limit, text: words.limit(format(limit)) }
          : undefined
      }
      note={now && value === null ? words.notAsked : ""}
      statement={`${title}: ${text ?? words.notAsked}`}
      points={seen.map(({ asOf }) => ({ key: asOf, title: clock(asOf) }))}
      series={[{ name: title, values: seen.map(of), form: "main" }]}
      format={format}
    />
  );
}
