import type { Schemas } from "../../api/types";
import { useDelayed } from "../../parts/delay";
import { KeyFigure, KeyFigures } from "../../parts/key-figure";
import type { Answer } from "../../parts/panel";
import { Problem } from "../../parts/panel-states";
import { useFormats } from "../../words/formats";
import { useWords } from "../../words/language";
import styles from "./overview.module.css";
import { OVERVIEW_WORDS } from "./words";

type Totals = Schemas["Totals"];
type Name = "totalSessions" | "conversionRate" | "averageSessionDuration" | "averagePrice";

const LOADING = "\u00a0";

interface Told {
  name: Name;
  label: string;
  write: (value: number) => string;
  change: (now: number, before: number) => string;
  /** The change is told as a part of the value before. */
  isGrowth?: boolean;
  /** A higher one is good news; without it, it is neither good nor bad. */
  isBetter?: boolean;
  compact?: (value: number) => string;
}

/** The four figures of the page, each beside what it was in the period before. */
export function Figures({ answer }: { answer: Answer<Schemas["Overview"]> }) {
  const words = useWords(OVERVIEW_WORDS);
  const told = useTold();
  const { data, error } = answer;
  const isOld = useDelayed(data !== undefined && (answer.isPlaceholderData ?? false));
  if (error)
    return (
      <div className={styles["failed"]}>
        <Problem
          what={words.keyFiguresWhat}
          error={error}
          onRetry={() => void answer.refetch()}
        />
      </div>
    );
  return (
    <div className={isOld ? styles["old"] : undefined} aria-busy={!data || isOld}>
      <KeyFigures label={words.keyFigures}>
        {told.map((each) => (
          <Figure key={each.name} told={each} now={data?.overview} before={data?.previous} />
        ))}
      </KeyFigures>
    </div>
  );
}

function useTold(): readonly Told[] {
  const words = useWords(OVERVIEW_WORDS);
  const { number, rate, points, growth, duration, signedDuration, money, largeMoney } =
    useFormats();
  return [
    {
      name: "totalSessions",
      label: words.sessions,
      write: number,
      change: growth,
      isGrowth: true,
      isBetter: true,
    },
    {
      name: "conversionRate",
      label: words.rate,
      write: rate,
      change: (now, before) => points(now - before),
      isBetter: true,
    },
    {
      name: "averageSessionDuration",
      label: words.duration,
      write: duration,
      change: (now, before) => signedDuration(now - before),
    },
    {
      name: "averagePrice",
      label: words.price,
      write: money,
      change: growth,
      isGrowth: true,
      compact: largeMoney,
    },
  ];
}

interface FigureProps {
  told: Told;
  now: Totals | undefined;
  before: Totals | undefined;
}

function Figure({ told, now: totals, before: totalsBefore }: FigureProps) {
  const words = useWords(OVERVIEW_WORDS);
  const { name, label, write, compact } = told;
  if (!totals || !totalsBefore) return <KeyFigure label={label} value={LOADING} />;
  const [now, before] = [totals[name], totalsBefore[name]];
  return (
    <KeyFigure
      label={label}
      value={now === null ? null : write(now)}
      compact={now === null ? undefined : compact?.(now)}
      measure={{ now, before }}
      change={changeOf(told, now, before)}
      {...(before === null ? { note: words.none } : { before: write(before) })}
    />
  );
}

/** Nothing where there is nothing to compare. */
function changeOf(told: Told, now: number | null, before: number | null) {
  if (now === null || before === null || (told.isGrowth && !before)) return undefined;
  return { text: told.change(now, before), meaning: meaningOf(told, now - before) };
}

const meaningOf = ({ isBetter }: Told, difference: number): "good" | "bad" | "neutral" =>
  !isBetter || difference === 0 ? "neutral" : difference > 0 ? "good" : "bad";
