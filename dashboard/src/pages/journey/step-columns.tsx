import { useMemo } from "react";
import type { Column } from "../../parts/data-table";
import { Icon } from "../../parts/icon";
import { useFormats, type Formats } from "../../words/formats";
import { useWords } from "../../words/language";
import styles from "./journey.module.css";
import { useMomentNames } from "./moment-names";
import { useNames, type Names } from "./names";
import { clockOf, isDecision, type Step } from "./story";
import { JOURNEY_WORDS, type JourneyWords } from "./words";

export interface Row {
  index: number;
  atMs: number;
  step: Step;
  /** What was clicked, hovered or seen. */
  detail: string;
}

/** Of the table of steps; kept, so that a row is drawn again only when it changes. */
export function useColumns(seek: (ms: number) => void): Column<Row>[] {
  const words = useWords(JOURNEY_WORDS);
  const told = useMomentNames();
  const formats = useFormats();
  const names = useNames();
  return useMemo(
    () => columnsOf(seek, words, told, formats, names),
    [seek, words, told, formats, names],
  );
}

function columnsOf(
  seek: (ms: number) => void,
  words: JourneyWords,
  told: ReturnType<typeof useMomentNames>,
  { money, signedMoney, milliseconds }: Formats,
  names: Names,
): Column<Row>[] {
  return [
    {
      id: "time",
      label: words.time,
      figure: true,
      cell: ({ atMs, step }) => (
        <button
          type="button"
          className={styles["seek"]}
          aria-label={words.seek(clockOf(atMs), told.event(step))}
          onClick={() => seek(atMs)}
        >
          {clockOf(atMs)}
        </button>
      ),
      text: ({ step }) => step.at,
    },
    {
      id: "event",
      label: words.event,
      cell: ({ step }) => {
        const Strength = isDecision(step) ? "b" : "span";
        return <Strength className={styles["event"]}>{told.event(step)}</Strength>;
      },
      text: ({ step }) => told.event(step),
    },
    {
      id: "what",
      label: words.fromTo,
      lead: true,
      cell: (row) => <What row={row} />,
      text: ({ step, detail }) =>
        isDecision(step) && step.category
          ? `${names.choice(step.category, step.from)} → ${names.choice(step.category, step.to)}`
          : detail,
    },
    {
      id: "change",
      label: words.change,
      figure: true,
      cell: ({ step }) => signedMoney(step.priceDelta),
      text: ({ step }) => step.priceDelta,
    },
    {
      id: "price",
      label: words.price,
      figure: true,
      cell: ({ step }) => money(step.price),
      text: ({ step }) => step.price,
    },
    {
      id: "dwell",
      label: words.dwell,
      figure: true,
      cell: ({ step }) => milliseconds(step.dwellMs),
      text: ({ step }) => step.dwellMs,
    },
  ];
}

function What({ row: { step, detail } }: { row: Row }) {
  const names = useNames();
  const { category } = step;
  if (!isDecision(step) || !category) return <span className={styles["detail"]}>{detail || "–"}</span>;
  const change = step.changed[category] ?? step;
  return (
    <span className={styles["what"]}>
      {change.from !== null && (
        <>
          <s>{names.choice(category, change.from)}</s> <Icon name="arrow" />{" "}
        </>
      )}
      {names.choice(category, change.to)}
    </span>
  );
}
