import type { CSSProperties } from "react";
import styles from "./dimension-line.module.css";

/** Both ends leave room for the slant of a tick. */
const LONGEST = 92;

interface DimensionLineProps {
  now: number | null;
  before: number | null;
}

/** The figure as a line with slanted ticks, as on a plan; dashed is where it was before. */
export function DimensionLine({ now, before }: DimensionLineProps) {
  const largest = Math.max(now ?? 0, before ?? 0);
  // Where neither time had any there is no length to draw.
  const isUnknown = now === null || largest === 0;
  const at = (value: number): number => (Math.max(value, 0) / largest) * LONGEST;
  return (
    <div
      className={isUnknown ? `${styles["line"]} ${styles["unknown"]}` : styles["line"]}
      style={{ "--to": isUnknown ? 0 : at(now) } as CSSProperties}
      aria-hidden="true"
    >
      {!isUnknown && <i style={{ "--at": 0 } as CSSProperties} />}
      {before !== null && largest > 0 && (
        <i className={styles["before"]} style={{ "--at": at(before) } as CSSProperties} />
      )}
      {now !== null && now > 0 && <i style={{ "--at": at(now) } as CSSProperties} />}
    </div>
  );
}
