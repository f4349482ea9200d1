import { useId } from "react";
import { Icon } from "./icon";
import styles from "./select.module.css";

interface SelectProps<V extends string> {
  label: string;
  options: readonly { value: V; label: string }[];
  value: V | "";
  onChange: (value: V) => void;
  small?: boolean;
  /** The words beside it name it already. */
  labelHidden?: boolean;
}

/** One of many, in the browser's own list. */
export function Select<V extends string>(props: SelectProps<V>) {
  const { label, options, value, onChange, small, labelHidden } = props;
  const id = useId();
  return (
    <div className={small ? `${styles["select"]} ${styles["small"]}` : styles["select"]}>
      {!labelHidden && <label htmlFor={id}>{label}</label>}
      <span className={styles["frame"]}>
        <select
          id={id}
          value={value}
          aria-label={labelHidden ? label : undefined}
          onChange={(event) => onChange(event.target.value as V)}
        >
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
        <Icon name="down" />
      </span>
    </div>
  );
}
