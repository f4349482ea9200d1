import { useEffect, useId, useRef, type ReactNode } from "react";
import { Button } from "./button";
import styles from "./dialog.module.css";
import { usePartsWords } from "./words";

interface DialogProps {
  open: boolean;
  onClose: () => void;
  title: string;
  /** Buttons at the bottom. */
  footer?: ReactNode;
  children: ReactNode;
}

/** The browser's own dialog: it keeps the focus inside and gives it back. */
export function Dialog({ open, onClose, title, footer, children }: DialogProps) {
  const words = usePartsWords();
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => {
    const element = dialog.current;
    if (open && !element?.open) element?.showModal();
    if (!open && element?.open) element.close();
  }, [open]);
  return (
    <dialog
      ref={dialog}
      className={styles["dialog"]}
      aria-labelledby={heading}
      onClose={onClose}
      onClick={(event) => event.target === event.currentTarget && onClose()}
    >
      {open && (
        <div className={styles["sheet"]}>
          <div className={styles["head"]}>
            <h2 id={heading}>{title}</h2>
            <Button look="quiet" icon="close" aria-label={words.close} onClick={onClose} />
          </div>
          <div className={styles["body"]}>{children}</div>
          {footer && <div className={styles["foot"]}>{footer}</div>}
        </div>
      )}
    </dialog>
  );
}

interface FieldProps {
  label: string;
  hint?: string;
  error?: string | undefined;
  children: (id: string, describedBy: string | undefined) => ReactNode;
}

/** A labelled field with what is wrong with it. */
export function Field({ label, hint, error, children }: FieldProps) {
  const id = useId();
  const said = error ?? hint;
  return (
    <div className={styles["field"]}>
      <label htmlFor={id}>{label}</label>
      {children(id, said ? `${id}-said` : undefined)}
      {said && (
        <p id={`${id}-said`} className={error ? styles["wrong"] : undefined}>
          {said}
        </p>
      )}
    </div>
  );
}
