import { useEffect, useRef, useState } from "react";
import { useAnswer } from "../../api/queries";
import { Status } from "../../parts/status";
import { useView } from "../../view/view";
import { useWords } from "../../words/language";
import { useLiveFigures, type LiveFigure } from "./live-figures";
import styles from "./live-strip.module.css";
import { OVERVIEW_WORDS } from "./words";

const EVERY_MS = 3_000;
const SAID_EVERY_MS = 60_000;

/** What happens right now; each value changes in its place, the last stays until the next comes. */
export function LiveStrip() {
  const words = useWords(OVERVIEW_WORDS);
  const { bots } = useView();
  const answer = useAnswer("/api/admin/analytics/real-time", { bots }, { everyMs: EVERY_MS });
  const figures = useLiveFigures(answer.data);
  return (
    <section className={styles["live"]} aria-label={words.now}>
      <p className={answer.error ? `${styles["tag"]} ${styles["away"]}` : styles["tag"]}>
        {answer.error ? words.noContact : words.nowTag}
      </p>
      <dl>
        {figures.map((figure) => (
          <Live key={figure.name} figure={figure} />
        ))}
      </dl>
      <Said text={answer.data ? figures.map(sentenceOf).join(", ") : ""} />
    </section>
  );
}

const sentenceOf = ({ label, value, state, word }: LiveFigure): string =>
  `${label} ${value}${state ? ` (${word})` : ""}`;

function Live({ figure: { label, value, state, word, more } }: { figure: LiveFigure }) {
  return (
    <div title={more}>
      <dt>{label}</dt>
      <dd>
        {value}
        {state && (
          <Status state={state}>
            <span className={styles["word"]}>{word}</span>
          </Status>
        )}
      </dd>
    </div>
  );
}

/** For those who listen, at most once a minute. */
function Said({ text }: { text: string }) {
  const [said, say] = useState("");
  const latest = useRef(text);
  useEffect(() => {
    latest.current = text;
  }, [text]);
  useEffect(() => {
    const timer = setInterval(() => say(latest.current), SAID_EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  return (
    <p className={styles["unseen"]} role="status">
      {said}
    </p>
  );
}
