import styles from "./switch.module.css";

interface SwitchProps {
  label: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
  disabled?: boolean;
  /** The label is beside it already, in other words or letters. */
  labelHidden?: boolean;
}

export function Switch({ label, checked, onChange, disabled, labelHidden }: SwitchProps) {
  return (
    <label className={styles["switch"]}>
      <input
        type="checkbox"
        role="switch"
        checked={checked}
        disabled={disabled}
        aria-label={labelHidden ? label : undefined}
        onChange={(event) => onChange(event.target.checked)}
      />
      {!labelHidden && label}
    </label>
  );
}
