import type { CSSProperties, ReactNode } from "react";
import { Status, type StatusState } from "../parts/status";
import { Plot } from "./plot";
import plot from "./plot.module.css";
import { scaleOf, heightOf } from "./scale";
import styles from "./small-multiples.module.css";

/** So much higher than the data, a limit is written and not drawn: the lines would lie flat. */
const FAR = 3;
const HEIGHT_PX = 64;

export function SmallMultiples({ children }: { children: ReactNode }) {
  return <div className={styles["multiples"]}>{children}</div>;
}

export interface SmallSeries {
  name: string;
  values: readonly (number | null)[];
  form: "main" | "second" | "third";
}

export interface SmallMultipleProps {
  title: string;
  /** Written; null is not known. */
  value: string | null;
  unit?: string;
  state?: StatusState;
  stateText?: string;
  /** At the right of the foot, in place of a limit. */
  note?: string;
  statement: string;
  points: readonly { key: string; title: string }[];
  series: readonly SmallSeries[];
  format: (value: number) => string;
  /** Its value, and how it is written: "Limit 250 ms". */
  limit?: { value: number; text: string } | undefined;
}

/** How healthy: the figure now, its way here, and its limit. */
export function SmallMultiple(props: SmallMultipleProps) {
  const { title, value, unit, state = "off", stateText, note, statement, points, series } = props;
  const { format, limit } = props;
  const values = series.flatMap((one) => one.values);
  const largest = Math.max(0, ...values.filter((known) => known !== null));
  const isDrawn = limit !== undefined && limit.value <= largest * FAR;
  const scale = scaleOf([...values, isDrawn ? limit.value : null]);
  const place = (index: number): number => (points.length > 1 ? index / (points.length - 1) : 0.5);
  const told = (index: number) => ({
    title: points[index]?.title ?? "",
    rows: series.map(({ name, values: own }) => {
      const known = own[index];
      return [name, known === null || known === undefined ? "–" : format(known)] as const;
    }),
  });
  return (
    <section className={`${styles["multiple"]} ${styles[state] ?? ""}`}>
      <h3>{title}</h3>
      <p className={styles["value"]}>
        {value ?? "–"}
        {value !== null && unit && <small> {unit}</small>}
      </p>
      <Plot
        statement={statement}
        height={HEIGHT_PX}
        count={points.length}
        place={place}
        told={told}
      >
        <svg
          className={plot["stretched"]}
          viewBox="0 0 1 1"
          preserveAspectRatio="none"
          aria-hidden="true"
        >
          <path className={styles["base"]} d="M0 1H1" />
          {series.toReversed().map(({ name, values: own, form }) => (
            <path
              key={name}
              className={styles[form]}
              d={pathOf(
                own.map((one) => (one === null ? null : 1 - heightOf(scale, one))),
                place,
              )}
            />
          ))}
        </svg>
        {isDrawn && (
          <i
            className={plot["limit"]}
            style={{ "--v": (1 - heightOf(scale, limit.value)) * 100 } as CSSProperties}
          />
        )}
      </Plot>
      <div className={styles["foot"]}>
        {stateText ? <Status state={state}>{stateText}</Status> : <span />}
        <span>{limit?.text ?? note}</span>
      </div>
    </section>
  );
}

/** A line with a gap where nothing is known; a point alone is a short stroke. */
function pathOf(tops: readonly (number | null)[], place: (index: number) => number): string {
  let d = "";
  let isOpen = false;
  tops.forEach((top, index) => {
    if (top === null) isOpen = false;
    else {
      d += `${isOpen ? "L" : "M"}${place(index).toFixed(4)} ${top.toFixed(4)}`;
      if (!isOpen && (tops[index + 1] ?? null) === null) d += "h0.004";
      isOpen = true;
    }
  });
  return d;
}
