import type { CSSProperties } from "react";
import styles from "./plot.module.css";
import { heightOf, labelled, type Scale } from "./scale";

const LETTER_PX = 6.8;

/** Room left of a plot for the longest of its labels. */
export const axisWidthOf = (labels: readonly string[]): number =>
  Math.ceil(Math.max(2, ...labels.map((label) => label.length)) * LETTER_PX) + 10;

const at = (share: number): CSSProperties => ({ "--v": share * 100 }) as CSSProperties;

interface YLabelsProps {
  scale: Scale;
  format: (value: number) => string;
  /** Only these, where the plot is low. */
  ticks?: readonly number[];
}

export function YLabels({ scale, format, ticks = scale.ticks }: YLabelsProps) {
  return ticks.map((tick) => (
    <span
      key={tick}
      className={styles["y"]}
      style={at(1 - heightOf(scale, tick))}
      aria-hidden="true"
    >
      {format(tick)}
    </span>
  ));
}

interface XLabelsProps {
  labels: readonly string[];
  place: (index: number) => number;
  most?: number;
}

/** First and last stay inside the drawing; on phones every second one drops. */
export function XLabels({ labels, place, most = 7 }: XLabelsProps) {
  const shown = labelled(labels.length, most);
  const atEnds = (index: number): string | undefined => {
    const share = place(index);
    if (share < 0.05) return styles["first"];
    return share > 0.95 ? styles["last"] : undefined;
  };
  return shown.map((index, order) => (
    <span
      key={index}
      className={[
        styles["x"],
        atEnds(index),
        order % 2 === 1 && order !== shown.length - 1 && styles["optional"],
      ]
        .filter(Boolean)
        .join(" ")}
      style={at(place(index))}
      aria-hidden="true"
    >
      {labels[index]}
    </span>
  ));
}
