import type { CSSProperties } from "react";
import styles from "./key.module.css";

export interface KeyItem {
  label: string;
  form?: "block" | "line" | "dash" | "hatch";
  /** A token's name, "--chart-2". */
  colour?: string;
}

/** What the colours and hatchings of a chart mean. */
export function ChartKey({ items }: { items: readonly KeyItem[] }) {
  return (
    <ul className={styles["key"]}>
      {items.map(({ label, form = "block", colour }) => (
        <li key={label}>
          <i
            className={styles[form]}
            style={colour ? ({ "--k": `var(${colour})` } as CSSProperties) : undefined}
            aria-hidden="true"
          />
          {label}
        </li>
      ))}
    </ul>
  );
}
