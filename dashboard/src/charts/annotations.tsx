import type { CSSProperties } from "react";
import styles from "./plot.module.css";

export interface Annotation {
  /** The point it stands at. */
  at: number;
  text: string;
}

/** So many are written at their line; more are numbered and written below. */
const MOST_WRITTEN = 3;
/** In shares of the width: closer labels would lie over each other. */
const APART = 0.3;

export function Annotations({ marks, place }: { marks: readonly Annotation[]; place: Place }) {
  const isNumbered = areNumbered(marks, place);
  return marks.map(({ at, text }, index) => {
    const share = place(at);
    const classes = [styles["annotation"], share > 0.6 && styles["left"]].filter(Boolean).join(" ");
    return (
      <div
        key={`${at} ${text}`}
        className={classes}
        style={{ "--px": share * 100 } as CSSProperties}
        aria-hidden="true"
      >
        <span>{isNumbered ? index + 1 : text}</span>
      </div>
    );
  });
}

/** What the numbers stand for. */
export function NumberedAnnotations({
  marks,
  place,
}: {
  marks: readonly Annotation[];
  place: Place;
}) {
  if (!areNumbered(marks, place)) return null;
  return (
    <ol className={styles["numbered"]}>
      {marks.map(({ at, text }, index) => (
        <li key={`${at} ${text}`}>
          {index + 1} · {text}
        </li>
      ))}
    </ol>
  );
}

type Place = (index: number) => number;

function areNumbered(marks: readonly Annotation[], place: Place): boolean {
  if (marks.length > MOST_WRITTEN) return true;
  return marks.some(
    ({ at }, index) => index > 0 && Math.abs(place(at) - place(marks[index - 1]!.at)) < APART,
  );
}
