import type { CSSProperties } from "react";
import styles from "./funnel-rows.module.css";

export interface FunnelRow {
  key: string;
  label: string;
  /** Of those who started, 0 to 1: who reached the step, and who went on from it. */
  reached: number;
  wentOn: number;
  /** Written. */
  sessions: string;
  ofFirst: string;
  ofPrevious: string;
  dropOff: string;
  abandoned: string;
  /** On phones, in place of the two columns that have no room: "734 lost, €136.8 m given up". */
  told: string;
}

interface FunnelRowsProps {
  caption: string;
  headings: {
    step: string;
    bar: string;
    sessions: string;
    ofFirst: string;
    ofPrevious: string;
    dropOff: string;
    abandoned: string;
  };
  rows: readonly FunnelRow[];
  /** The row with the largest loss. */
  worst?: string | undefined;
}

/** Where they stop: solid went on, hatched stopped; the largest loss is tinted. */
export function FunnelRows({ caption, headings, rows, worst }: FunnelRowsProps) {
  return (
    <div className={styles["scroll"]} role="region" aria-label={caption} tabIndex={0}>
      <table className={styles["funnel"]}>
        <caption>{caption}</caption>
        <thead>
          <tr>
            <th scope="col">{headings.step}</th>
            <th scope="col">
              <span className={styles["unseen"]}>{headings.bar}</span>
            </th>
            <th scope="col">{headings.sessions}</th>
            <th scope="col">{headings.ofFirst}</th>
            <th scope="col">{headings.ofPrevious}</th>
            <th scope="col">{headings.dropOff}</th>
            <th scope="col">{headings.abandoned}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Row key={row.key} row={row} isWorst={row.key === worst} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ row, isWorst }: { row: FunnelRow; isWorst: boolean }) {
  const part = (from: number, to: number): CSSProperties =>
    ({ "--a": from * 100, "--w": Math.max(to - from, 0) * 100 }) as CSSProperties;
  return (
    <tr className={isWorst ? styles["worst"] : undefined}>
      <th scope="row">{row.label}</th>
      <td className={styles["bars"]}>
        <div className={styles["bar"]} aria-hidden="true">
          <i style={part(0, row.wentOn)} />
          {row.reached > row.wentOn && (
            <i className={styles["stopped"]} style={part(row.wentOn, row.reached)} />
          )}
        </div>
      </td>
      <td className={styles["figure"]}>
        <b>{row.sessions}</b>
      </td>
      <td className={styles["figure"]}>{row.ofFirst}</td>
      <td className={`${styles["figure"]} ${styles["wide"]}`}>{row.ofPrevious}</td>
      <td className={`${styles["figure"]} ${styles["wide"]}`}>{row.dropOff}</td>
      <td className={`${styles["figure"]} ${styles["last"]}`}>
        <span className={styles["written"]}>{row.abandoned}</span>
        <span className={styles["told"]}>{row.told}</span>
      </td>
    </tr>
  );
}
