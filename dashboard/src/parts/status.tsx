import type { ReactNode } from "react";
import styles from "./status.module.css";

export type StatusState = "good" | "warning" | "bad" | "off";

/** A sign and a word: the meaning never hangs on the colour. */
export function Status({ state, children }: { state: StatusState; children: ReactNode }) {
  return <span className={`${styles["state"]} ${styles[state]}`}>{children}</span>;
}

const ALERT = { firing: "bad", pending: "warning", quiet: "good", off: "off" } as const;

/** Square firing, diamond pending, dot quiet, ring off. */
export function AlertState({
  state,
  children,
}: {
  state: keyof typeof ALERT;
  children: ReactNode;
}) {
  return <Status state={ALERT[state]}>{children}</Status>;
}
