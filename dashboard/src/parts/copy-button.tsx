import { useEffect, useState } from "react";
import { Button, type ButtonLook } from "./button";
import styles from "./copy-button.module.css";
import { usePartsWords } from "./words";

interface CopyButtonProps {
  /** Asked for at the click, so that it is never old. */
  text: string | (() => string);
  label: string;
  small?: boolean;
  look?: ButtonLook;
  folds?: boolean;
}

const SAID_FOR_MS = 2500;

export function CopyButton({ text, label, small, look = "quiet", folds }: CopyButtonProps) {
  const words = usePartsWords();
  const [said, setSaid] = useState<string>();
  useEffect(() => {
    if (!said) return;
    const timer = setTimeout(() => setSaid(undefined), SAID_FOR_MS);
    return () => clearTimeout(timer);
  }, [said]);
  const copy = (): void => {
    const done = navigator.clipboard?.writeText(typeof text === "string" ? text : text());
    if (!done) setSaid(words.notCopied);
    else
      done.then(
        () => setSaid(words.copied),
        () => setSaid(words.notCopied),
      );
  };
  const isDone = said === words.copied;
  return (
    <span className={styles["copy"]}>
      <Button
        look={look}
        small={small}
        folds={folds}
        icon={isDone ? "check" : "link"}
        onClick={copy}
      >
        {label}
      </Button>
      <span role="status" className={said ? styles["said"] : undefined}>
        {said}
      </span>
    </span>
  );
}
