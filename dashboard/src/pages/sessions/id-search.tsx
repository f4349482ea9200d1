import { useEffect, useState } from "react";
import { Button } from "../../parts/button";
import { useWords } from "../../words/language";
import styles from "./sessions.module.css";
import { SESSIONS_WORDS } from "./words";

interface IdSearchProps {
  /** What is searched for now. */
  part: string;
  onSearch: (part: string) => void;
}

/** Searches on Enter or by its button; emptied, it shows all again. */
export function IdSearch({ part, onSearch }: IdSearchProps) {
  const words = useWords(SESSIONS_WORDS);
  const [typed, setTyped] = useState(part);
  useEffect(() => setTyped(part), [part]);
  return (
    <form
      role="search"
      className={styles["search"]}
      onSubmit={(event) => {
        event.preventDefault();
        onSearch(typed);
      }}
    >
      <input
        type="search"
        name="q"
        value={typed}
        maxLength={255}
        aria-label={words.part}
        placeholder={words.part}
        autoComplete="off"
        spellCheck={false}
        onChange={({ target: { value } }) => {
          setTyped(value);
          if (!value && part) onSearch("");
        }}
      />
      <Button type="submit" icon="search" aria-label={words.search} />
    </form>
  );
}
