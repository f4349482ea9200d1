import { useEffect, useRef, useState, type ReactNode, type RefObject } from "react";
import { Button, type ButtonLook } from "./button";
import type { IconName } from "./icon";
import styles from "./menu.module.css";

interface MenuProps {
  label: ReactNode;
  look?: ButtonLook;
  small?: boolean;
  icon?: IconName;
  folds?: boolean;
  /** Opens under the right edge of its button. */
  end?: boolean;
  children: (close: () => void) => ReactNode;
}

/** A button that opens a small panel. It closes on Escape, a click elsewhere and when left. */
export function Menu({ label, look, small, icon, folds, end, children }: MenuProps) {
  const [isOpen, setOpen] = useState(false);
  const frame = useRef<HTMLDivElement>(null);
  useClosing(frame, isOpen, () => setOpen(false));
  const close = (): void => {
    setOpen(false);
    frame.current?.querySelector("button")?.focus();
  };
  return (
    <div
      ref={frame}
      className={styles["menu"]}
      onKeyDown={(event) => isOpen && event.key === "Escape" && (event.stopPropagation(), close())}
      onBlur={({ relatedTarget, currentTarget }) => {
        if (relatedTarget && !currentTarget.contains(relatedTarget)) setOpen(false);
      }}
    >
      <Button
        look={look}
        small={small}
        icon={icon ?? "down"}
        folds={folds}
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
      >
        {label}
      </Button>
      {isOpen && (
        <div className={end ? `${styles["sheet"]} ${styles["end"]}` : styles["sheet"]}>
          {children(close)}
        </div>
      )}
    </div>
  );
}

function useClosing(
  frame: RefObject<HTMLElement | null>,
  isOpen: boolean,
  close: () => void,
): void {
  useEffect(() => {
    if (!isOpen) return;
    const elsewhere = ({ target }: PointerEvent): void => {
      if (target instanceof Node && !frame.current?.contains(target)) close();
    };
    document.addEventListener("pointerdown", elsewhere);
    return () => document.removeEventListener("pointerdown", elsewhere);
  });
}

interface MenuItemProps {
  onSelect: () => void;
  current?: boolean;
  children: ReactNode;
}

export function MenuItem({ onSelect, current, children }: MenuItemProps) {
  return (
    <button
      type="button"
      className={styles["item"]}
      aria-current={current || undefined}
      onClick={onSelect}
    >
      {children}
    </button>
  );
}
