import type { CSSProperties } from "react";
import styles from "./quantile-chain.module.css";

export interface QuantileMark {
  /** Its place as a share of the width. */
  at: number;
  /** "25%", "Median". */
  label: string;
  /** The value, written. */
  text: string;
  main?: boolean;
}

interface QuantileChainProps {
  marks: readonly QuantileMark[];
  /** One value among them. */
  here?: { at: number; text: string };
  /** What it tells, in words. */
  label: string;
  axisWidth?: number;
}

/** In shares of the width: closer labels make room for the median and the outer ones. */
const APART = 0.11;
const APART_NARROW = 0.26;

/** A dimension chain: a hairline with a slanted tick for each quantile. */
export function QuantileChain({ marks, here, label, axisWidth = 4 }: QuantileChainProps) {
  const [first, last] = [marks[0], marks.at(-1)];
  if (!first || !last) return null;
  const style = { "--a": first.at * 100, "--b": last.at * 100, "--yw": `${axisWidth}px` };
  const written = fitting(marks, APART);
  const narrow = fitting(marks, APART_NARROW);
  return (
    <div className={styles["frame"]} role="img" aria-label={label}>
      <div
        className={here ? `${styles["chain"]} ${styles["withHere"]}` : styles["chain"]}
        style={style as CSSProperties}
      >
        {marks.map((mark) => (
          <i key={mark.label} style={placeOf(mark.at)} />
        ))}
        {written.map((mark) => (
          <span
            key={mark.label}
            className={[
              styles["quantile"],
              mark.main && styles["main"],
              !narrow.includes(mark) && styles["optional"],
              edge(mark.at),
            ]
              .filter(Boolean)
              .join(" ")}
            style={placeOf(mark.at)}
          >
            <b>{mark.text}</b>
            {mark.label}
          </span>
        ))}
        {here && (
          <span className={styles["here"]} style={placeOf(here.at)}>
            {here.text}
          </span>
        )}
      </div>
    </div>
  );
}

const placeOf = (at: number): CSSProperties => ({ "--px": at * 100 }) as CSSProperties;

const edge = (at: number): string | undefined => {
  if (at < 0.05) return styles["first"];
  return at > 0.95 ? styles["last"] : undefined;
};

/** The median is always written, then the outer ones, then what still has room. */
function fitting(marks: readonly QuantileMark[], apart: number): QuantileMark[] {
  const middle = marks.find(({ main }) => main) ?? marks[Math.floor(marks.length / 2)]!;
  const outer = [marks[0]!, marks.at(-1)!];
  const kept: QuantileMark[] = [];
  for (const mark of [middle, ...outer, ...marks])
    if (!kept.some(({ at }) => Math.abs(at - mark.at) < apart)) kept.push(mark);
  return kept;
}
