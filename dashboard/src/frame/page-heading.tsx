import { useEffect, type ReactNode } from "react";
import { Link } from "react-router";
import { useWords } from "../words/language";
import styles from "./page.module.css";
import { FRAME_WORDS } from "./words";

export interface PageHeadingProps {
  /** Of a page below another one: the way to it. */
  trail?: readonly { to?: string; label: string }[];
  question: string;
  /** The title of the browser's tab; else the question. */
  title?: string;
  answer?: ReactNode;
}

export function PageHeading({ trail, question, title = question, answer }: PageHeadingProps) {
  const words = useWords(FRAME_WORDS);
  useEffect(() => {
    document.title = words.title(title);
  }, [words, title]);
  return (
    <div>
      {trail && (
        <ol className={styles["trail"]}>
          {trail.map(({ to, label }) => (
            <li key={label}>{to ? <Link to={to}>{label}</Link> : label}</li>
          ))}
        </ol>
      )}
      <h1 className={styles["question"]}>{question}</h1>
      {answer && <p className={styles["answer"]}>{answer}</p>}
    </div>
  );
}
