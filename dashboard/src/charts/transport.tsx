import type { CSSProperties } from "react";
import { Button } from "../parts/button";
import { Segmented } from "../parts/segmented";
import { usePartsWords } from "../parts/words";
import { SPEEDS, type Playback } from "./playback";
import type { PlayerStep } from "./price-player";
import styles from "./price-player.module.css";

interface TransportProps {
  steps: readonly PlayerStep[];
  lengthMs: number;
  playback: Playback;
  clock: (ms: number) => string;
  /** Where the playhead is. */
  now: CSSProperties;
}

/** Slider, steps, play and speed. */
export function Transport({ steps, lengthMs, playback, clock, now }: TransportProps) {
  const words = usePartsWords();
  const { nowMs, current, isPlaying, isShortened, speed } = playback;
  const time = words.timeOf(clock(nowMs), clock(lengthMs));
  const said = steps[current]?.announce;
  return (
    <div className={styles["transport"]}>
      <label className={styles["slider"]}>
        <span className={styles["unseen"]}>{words.moment}</span>
        <input
          type="range"
          min={0}
          max={lengthMs}
          style={now}
          value={nowMs}
          aria-valuetext={said ? `${time}, ${said}` : time}
          onChange={(event) => playback.seek(Number(event.target.value))}
        />
      </label>
      <div className={styles["buttons"]}>
        <Button icon="previous" aria-label={words.stepBack} onClick={() => playback.step(-1)} />
        <Button look="primary" icon={isPlaying ? "pause" : "play"} onClick={playback.toggle}>
          {isPlaying ? words.pause : words.play}
        </Button>
        <Button icon="next" aria-label={words.stepOn} onClick={() => playback.step(1)} />
      </div>
      <span className={styles["clock"]}>
        <b>{clock(nowMs)}</b> / {clock(lengthMs)}
      </span>
      {isShortened && <span className={styles["shortened"]}>{words.shortened}</span>}
      <Segmented
        label={words.speed}
        small
        options={SPEEDS.map((factor) => ({ value: String(factor), label: `${factor}×` }))}
        value={String(speed)}
        onChange={(value) => playback.setSpeed(Number(value))}
      />
      <p className={styles["keys"]}>
        <kbd>←</kbd> <kbd>→</kbd> {words.stepKeys} <kbd>{words.space}</kbd> {words.playKey}
      </p>
    </div>
  );
}
