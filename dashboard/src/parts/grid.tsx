import type { ReactNode } from "react";
import styles from "./grid.module.css";

/** Of the twelve columns a page has from 1100 px on. */
export type Span = 3 | 4 | 5 | 6 | 7 | 8 | 9 | 12;

export const spanClass = (span: Span = 12, pairs = false): string =>
  [styles[`c${span}`], pairs && styles["pairs"]].filter(Boolean).join(" ");

export function Grid({ children }: { children: ReactNode }) {
  return <div className={styles["grid"]}>{children}</div>;
}

interface StackProps {
  children: ReactNode;
  span?: Span;
  pairs?: boolean;
}

/**
 * Panels below each other in one cell; the last takes what height is left. Where the cell has the
 * row to itself, they lie beside each other.
 */
export function Stack({ children, span, pairs }: StackProps) {
  return <div className={`${styles["stack"]} ${spanClass(span, pairs)}`}>{children}</div>;
}
