import type { ReactNode } from "react";
import styles from "./chip.module.css";
import { Icon } from "./icon";
import { usePartsWords } from "./words";

interface ChipProps {
  label: string;
  value: string;
  onRemove?: () => void;
}

/** A filter in force. */
export function Chip({ label, value, onRemove }: ChipProps) {
  const words = usePartsWords();
  return (
    <span className={styles["chip"]}>
      <span className={styles["what"]}>
        {label}: <b>{value}</b>
      </span>
      {onRemove && (
        <button type="button" onClick={onRemove} aria-label={words.removeFilter(label)}>
          <Icon name="close" />
        </button>
      )}
    </span>
  );
}

export function Tag({ children }: { children: ReactNode }) {
  return <span className={styles["tag"]}>{children}</span>;
}
