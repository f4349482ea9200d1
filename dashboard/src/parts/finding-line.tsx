import type { CSSProperties } from "react";
import styles from "./finding-line.module.css";

interface FindingLineProps {
  sentence: string;
  effect: number;
  /** The 95 % interval. */
  low: number;
  high: number;
  /** Effect, interval and sample size in words. */
  text: string;
}

/** A sentence of the data, with its interval on a line where zero is dashed. */
export function FindingLine({ sentence, effect, low, high, text }: FindingLineProps) {
  const [from, to] = [Math.min(0, low), Math.max(0, high)];
  // A fifth is free on the side of zero, so that the distance from it is seen.
  const room = (to - from) * 0.25 || 1;
  const at = (value: number): number => ((value - from + room) / (to - from + 2 * room)) * 100;
  const places = { "--lo": at(low), "--hi": at(high), "--at": at(effect), "--zero": at(0) };
  return (
    <div className={styles["finding"]}>
      <p>{sentence}</p>
      <div className={styles["interval"]} style={places as CSSProperties} aria-hidden="true">
        <em />
        <u />
        <i />
      </div>
      <small>{text}</small>
    </div>
  );
}
