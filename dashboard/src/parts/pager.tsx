import { Button } from "./button";
import styles from "./pager.module.css";
import { usePartsWords } from "./words";

interface PagerProps {
  text: string;
  onPrevious?: (() => void) | undefined;
  onNext?: (() => void) | undefined;
}

export function Pager({ text, onPrevious, onNext }: PagerProps) {
  const words = usePartsWords();
  return (
    <nav className={styles["pager"]} aria-label={words.pages}>
      <span>{text}</span>
      <Button small disabled={!onPrevious} onClick={onPrevious}>
        {words.previous}
      </Button>
      <Button small disabled={!onNext} onClick={onNext}>
        {words.next}
      </Button>
    </nav>
  );
}
