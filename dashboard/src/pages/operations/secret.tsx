import { CopyButton } from "../../parts/copy-button";
import { useWords } from "../../words/language";
import styles from "./operations.module.css";
import { OPERATIONS_WORDS } from "./words";

interface SecretProps {
  label: string;
  secret: string;
}

/** What is told this once and kept by nobody here. */
export function Secret({ label, secret }: SecretProps) {
  const words = useWords(OPERATIONS_WORDS);
  return (
    <div>
      <p>{words.once}</p>
      <p className={styles["secret"]}>
        <code aria-label={label}>{secret}</code>
        <CopyButton text={secret} label={words.copy} look="plain" small />
      </p>
    </div>
  );
}
