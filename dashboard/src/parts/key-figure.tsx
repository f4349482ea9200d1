import type { ReactNode } from "react";
import { DimensionLine } from "./dimension-line";
import styles from "./key-figure.module.css";
import { Tooltip } from "./tooltip";
import { usePartsWords } from "./words";

/** From this length on a figure is written compactly, so that it never wraps. */
const LONG = 12;

export function KeyFigures({ label, children }: { label: string; children: ReactNode }) {
  return (
    <section className={styles["figures"]} aria-label={label}>
      {children}
    </section>
  );
}

interface KeyFigureProps {
  label: string;
  /** Written out; null is not known. */
  value: string | null;
  /** Shorter, for a value that is long. */
  compact?: string | undefined;
  change?: { text: string; meaning: "good" | "bad" | "neutral" } | undefined;
  before?: string | null | undefined;
  measure?: { now: number | null; before: number | null } | undefined;
  /** In place of change and value before, where there is nothing to compare. */
  note?: ReactNode;
}

export function KeyFigure(props: KeyFigureProps) {
  const { label, value, compact, change, before, measure, note } = props;
  const words = usePartsWords();
  const isLong = value !== null && compact !== undefined && value.length >= LONG;
  return (
    <div className={styles["figure"]}>
      <h2>{label}</h2>
      <p className={styles["value"]}>
        {isLong ? (
          <Tooltip text={value}>{withUnits(compact)}</Tooltip>
        ) : (
          withUnits(value ?? "–", words.unknown)
        )}
      </p>
      <p className={styles["change"]}>
        {change && <b className={styles[change.meaning]}>{change.text}</b>}
        {before && <span>{words.before(before)}</span>}
        {note && <span>{note}</span>}
      </p>
      {measure && <DimensionLine {...measure} />}
    </div>
  );
}

/** "6 min 52 s": the units are smaller than what they count. */
function withUnits(value: string, unknown?: string): ReactNode {
  if (value === "–") return <span aria-label={unknown}>–</span>;
  return value
    .split(/(\s*\p{L}[\p{L}.]*\s*)/u)
    .map((part, index) => (index % 2 ? <small key={index}>{part}</small> : part));
}
