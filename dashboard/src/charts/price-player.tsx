import { useCallback, useMemo, type CSSProperties, type KeyboardEvent } from "react";
import { axisWidthOf, YLabels } from "./axes";
import { Chart, type Told } from "./chart";
import { DwellChain } from "./dwell-chain";
import plot from "./plot.module.css";
import type { Playback } from "./playback";
import styles from "./price-player.module.css";
import { scaleOf } from "./scale";
import { SteppedPriceLine } from "./stepped-price-line";
import { Transport } from "./transport";

export interface PlayerStep {
  key: string;
  atMs: number;
  /** A category's token, "--chart-2". */
  colour: string;
  /** A decision has a marker on the line. */
  isDecision: boolean;
  price: number | null;
  dwellMs: number | null;
  /** Category and choice, said after the time by marker and slider. */
  announce: string;
}

export interface PricePlayerProps<Row> extends Told<Row> {
  steps: readonly PlayerStep[];
  lengthMs: number;
  /** From `usePlayback`, which the page shares with the house and the choices beside it. */
  playback: Playback;
  formatAxis: (price: number) => string;
  /** "9:31". */
  clock: (ms: number) => string;
  /** What is written at the highest price and at the end. */
  peakText?: string | undefined;
  endText?: string | undefined;
}

/** How did one session go: price curve, dwell chain and slider on one time axis. */
export function PricePlayer<Row>(props: PricePlayerProps<Row>) {
  const { steps, lengthMs, playback, formatAxis, clock } = props;
  const scale = useMemo(
    () =>
      scaleOf(
        steps.map(({ price }) => price),
        false,
      ),
    [steps],
  );
  const axisWidth = axisWidthOf(scale.ticks.map(formatAxis));
  const share = useCallback(
    (ms: number): number => (lengthMs > 0 ? Math.min(Math.max(ms / lengthMs, 0), 1) : 0),
    [lengthMs],
  );
  // Where it is used, and not above: each change makes the browser look at all that is below.
  const now = { "--now": share(playback.nowMs) * 100 } as CSSProperties;
  return (
    <Chart table={props.table} file={props.file}>
      <div
        className={styles["player"]}
        style={{ "--yw": `${axisWidth}px` } as CSSProperties}
        onKeyDown={(event) => play(event, playback, lengthMs)}
      >
        <div
          className={`${plot["plot"]} ${styles["curve"]}`}
          role="group"
          aria-label={props.statement}
        >
          <SteppedPriceLine {...props} scale={scale} share={share} now={now} />
          <YLabels scale={scale} format={formatAxis} />
        </div>
        <DwellChain steps={steps} share={share} clock={clock} lengthMs={lengthMs} now={now} />
        <TimeAxis lengthMs={lengthMs} share={share} clock={clock} />
        <Transport
          steps={steps}
          lengthMs={lengthMs}
          playback={playback}
          clock={clock}
          now={now}
        />
      </div>
    </Chart>
  );
}

/** Left and right step, space plays, Home and End jump, wherever in the player the focus is. */
function play(event: KeyboardEvent<HTMLElement>, playback: Playback, lengthMs: number): void {
  const isButton = event.target instanceof HTMLButtonElement;
  const isRadio = event.target instanceof HTMLInputElement && event.target.type === "radio";
  if (event.altKey || event.ctrlKey || event.metaKey || isRadio) return;
  const acts: Record<string, () => void> = {
    ArrowLeft: () => playback.step(-1),
    ArrowRight: () => playback.step(1),
    Home: () => playback.seek(0),
    End: () => playback.seek(lengthMs),
    ...(!isButton && { " ": playback.toggle }),
  };
  const act = acts[event.key];
  if (!act) return;
  event.preventDefault();
  act();
}

const MINUTE_MS = 60_000;
const STEPS_MS = [
  5_000,
  10_000,
  30_000,
  ...[1, 2, 5, 10, 15, 30, 60, 180, 360].map((n) => n * MINUTE_MS),
];
const MOST_LABELS = 8;

interface TimeAxisProps {
  lengthMs: number;
  share: (ms: number) => number;
  clock: (ms: number) => string;
}

function TimeAxis({ lengthMs, share, clock }: TimeAxisProps) {
  const step = STEPS_MS.find((candidate) => lengthMs / candidate <= MOST_LABELS) ?? lengthMs;
  const times =
    step > 0 ? Array.from({ length: Math.floor(lengthMs / step) + 1 }, (_, k) => k * step) : [0];
  return (
    <div className={styles["times"]} aria-hidden="true">
      {times.map((ms, index) => (
        <span
          key={ms}
          className={[
            index === 0 && styles["first"],
            index % 2 === 1 && styles["optional"],
            share(ms) > 0.97 && styles["last"],
          ]
            .filter(Boolean)
            .join(" ")}
          style={{ "--px": share(ms) * 100 } as CSSProperties}
        >
          {clock(ms)}
        </span>
      ))}
    </div>
  );
}
