import { memo, useMemo, type CSSProperties } from "react";
import plot from "./plot.module.css";
import type { Playback } from "./playback";
import type { PlayerStep } from "./price-player";
import styles from "./price-player.module.css";
import { heightOf, type Scale } from "./scale";

interface SteppedPriceLineProps {
  steps: readonly PlayerStep[];
  lengthMs: number;
  playback: Playback;
  scale: Scale;
  share: (ms: number) => number;
  /** Where the playhead is. */
  now: CSSProperties;
  clock: (ms: number) => string;
  peakText?: string | undefined;
  endText?: string | undefined;
}

/** The price from step to step, a marker per decision; what is still to come is grey. */
export function SteppedPriceLine(props: SteppedPriceLineProps) {
  const { steps, lengthMs, playback, scale, share, clock, peakText, endText } = props;
  const top = (price: number): number => 1 - heightOf(scale, price);
  const priced = useMemo(() => steps.filter(({ price }) => price !== null), [steps]);
  const path = (until: number): string => steppedPath(priced, until, share, top);
  const highest = useMemo(
    () => priced.toSorted((one, other) => other.price! - one.price!)[0],
    [priced],
  );
  const last = priced.at(-1);
  const at = (ms: number, price: number): CSSProperties =>
    ({ "--px": share(ms) * 100, "--py": top(price) * 100 }) as CSSProperties;
  return (
    <>
      <svg
        className={plot["stretched"]}
        viewBox="0 0 1 1"
        preserveAspectRatio="none"
        aria-hidden="true"
      >
        {scale.ticks.map((tick) => (
          <path key={tick} className={styles["grid"]} d={`M0 ${top(tick)}H1`} />
        ))}
        <path className={styles["future"]} d={path(lengthMs)} />
        <path className={styles["past"]} d={path(playback.nowMs)} />
      </svg>
      <i className={styles["playhead"]} style={props.now} />
      {steps.map(
        (step, index) =>
          step.isDecision &&
          step.price !== null && (
            <Marker
              key={step.key}
              step={step}
              px={share(step.atMs) * 100}
              py={top(step.price) * 100}
              clock={clock}
              seek={playback.seek}
              isCurrent={index === playback.current}
              isFuture={step.atMs > playback.nowMs}
            />
          ),
      )}
      {peakText && highest && highest !== last && (
        <span
          className={styles["peak"]}
          style={at(highest.atMs, highest.price!)}
          data-early={share(highest.atMs) < 0.25 || undefined}
        >
          {peakText}
        </span>
      )}
      {endText && last && (
        <span className={styles["end"]} style={at(lengthMs, last.price!)}>
          {endText}
        </span>
      )}
    </>
  );
}

interface MarkerProps {
  step: PlayerStep;
  /** Its place, in percent. */
  px: number;
  py: number;
  clock: (ms: number) => string;
  seek: (ms: number) => void;
  isCurrent: boolean;
  isFuture: boolean;
}

/** Of a thousand only those that the playhead passes are drawn again. */
const Marker = memo(function Marker(props: MarkerProps) {
  const { step, px, py, clock, seek, isCurrent, isFuture } = props;
  return (
    <button
      type="button"
      className={styles["event"]}
      style={{ "--px": px, "--py": py, "--k": `var(${step.colour})` } as CSSProperties}
      aria-label={`${clock(step.atMs)}, ${step.announce}`}
      aria-current={isCurrent ? "step" : undefined}
      data-future={isFuture || undefined}
      onClick={() => seek(step.atMs)}
    />
  );
});

function steppedPath(
  steps: readonly PlayerStep[],
  until: number,
  share: (ms: number) => number,
  top: (price: number) => number,
): string {
  const past = steps.filter(({ atMs }) => atMs <= until);
  const [first] = past;
  if (!first) return "";
  const moves = past
    .slice(1)
    .map(({ atMs, price }) => `H${share(atMs).toFixed(4)}V${top(price!).toFixed(4)}`);
  const start = `M${share(first.atMs).toFixed(4)} ${top(first.price!).toFixed(4)}`;
  return `${start}${moves.join("")}H${share(until).toFixed(4)}`;
}
