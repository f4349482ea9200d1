import type { ButtonHTMLAttributes, ReactNode } from "react";
import { Link, type LinkProps } from "react-router";
import styles from "./button.module.css";
import { Icon, type IconName } from "./icon";

export type ButtonLook = "plain" | "primary" | "quiet" | "danger";

interface Shown {
  look?: ButtonLook | undefined;
  small?: boolean | undefined;
  icon?: IconName | undefined;
  /** On phones only the sign is shown; the words stay for those who listen. */
  folds?: boolean | undefined;
  children?: ReactNode;
}

const classOf = ({ look = "plain", small, folds, children }: Shown): string =>
  [
    styles["button"],
    look !== "plain" && styles[look],
    small && styles["small"],
    folds && styles["folds"],
    !children && styles["bare"],
  ]
    .filter(Boolean)
    .join(" ");

const inside = ({ icon, children }: Shown): ReactNode => (
  <>
    {icon && <Icon name={icon} />}
    {children && <span className={styles["words"]}>{children}</span>}
  </>
);

type ButtonProps = Shown & Omit<ButtonHTMLAttributes<HTMLButtonElement>, "className">;

export function Button({ look, small, icon, folds, children, ...attributes }: ButtonProps) {
  const shown = { look, small, icon, folds, children };
  return (
    <button type="button" {...attributes} className={classOf(shown)}>
      {inside(shown)}
    </button>
  );
}

type LinkButtonProps = Shown & Omit<LinkProps, "className">;

export function LinkButton({ look, small, icon, folds, children, ...attributes }: LinkButtonProps) {
  const shown = { look, small, icon, folds, children };
  return (
    <Link {...attributes} className={classOf(shown)}>
      {inside(shown)}
    </Link>
  );
}
