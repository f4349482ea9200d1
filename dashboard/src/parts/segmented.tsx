import { useId } from "react";
import styles from "./segmented.module.css";

interface Option<V extends string> {
  value: V;
  label: string;
  title?: string;
}

interface SegmentedProps<V extends string> {
  label: string;
  options: readonly Option<V>[];
  value: V | undefined;
  onChange: (value: V) => void;
  small?: boolean;
}

/** One of a few, all in view: a group of radio buttons in one frame. */
export function Segmented<V extends string>(props: SegmentedProps<V>) {
  const { label, options, value, onChange, small } = props;
  const name = useId();
  const look = small ? `${styles["seg"]} ${styles["small"]}` : styles["seg"];
  return (
    <div className={look} role="radiogroup" aria-label={label}>
      {options.map((option) => (
        <label key={option.value} title={option.title}>
          <input
            type="radio"
            name={name}
            value={option.value}
            checked={option.value === value}
            onChange={() => onChange(option.value)}
          />
          {option.label}
        </label>
      ))}
    </div>
  );
}
