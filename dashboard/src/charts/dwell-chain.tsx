import { memo, type CSSProperties } from "react";
import { usePartsWords } from "../parts/words";
import type { PlayerStep } from "./price-player";
import styles from "./price-player.module.css";

interface DwellChainProps {
  steps: readonly PlayerStep[];
  lengthMs: number;
  share: (ms: number) => number;
  clock: (ms: number) => string;
}

/** In shares of the width: a narrower link has no room for its time. */
const WRITTEN_FROM = 0.045;

/** How long each step lasted, as a chain of dimensions on the player's time axis. */
export function DwellChain({ now, ...links }: DwellChainProps & { now: CSSProperties }) {
  return (
    <div className={styles["chainFrame"]}>
      <Links {...links} />
      <i className={styles["playhead"]} style={now} />
    </div>
  );
}

/** Not drawn again while the playhead moves. */
const Links = memo(function Links({ steps, lengthMs, share, clock }: DwellChainProps) {
  const words = usePartsWords();
  return (
    <ol className={styles["chain"]} aria-label={words.dwell}>
      {steps.map((step, index) => {
        const until = steps[index + 1]?.atMs ?? lengthMs;
        const [from, width] = [share(step.atMs), share(until) - share(step.atMs)];
        if (width <= 0) return null;
        return (
          <li
            key={step.key}
            style={
              {
                "--a": from * 100,
                "--w": width * 100,
                "--k": `var(${step.colour})`,
              } as CSSProperties
            }
          >
            <span data-written={width >= WRITTEN_FROM || undefined}>
              {clock(until - step.atMs)}
            </span>
          </li>
        );
      })}
    </ol>
  );
});
