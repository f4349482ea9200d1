import { useId, useState, type ReactNode } from "react";
import styles from "./tooltip.module.css";

/** A word more on hover, focus or tap; Escape closes it. */
export function Tooltip({ text, children }: { text: string; children: ReactNode }) {
  const [isOpen, setOpen] = useState(false);
  const id = useId();
  return (
    <span
      className={styles["anchor"]}
      onPointerEnter={() => setOpen(true)}
      onPointerLeave={() => setOpen(false)}
      onKeyDown={(event) => event.key === "Escape" && setOpen(false)}
    >
      <button
        type="button"
        className={styles["what"]}
        aria-describedby={id}
        onFocus={() => setOpen(true)}
        onBlur={() => setOpen(false)}
        onClick={() => setOpen(true)}
      >
        {children}
      </button>
      <span role="tooltip" id={id} className={styles["text"]} hidden={!isOpen}>
        {text}
      </span>
    </span>
  );
}
