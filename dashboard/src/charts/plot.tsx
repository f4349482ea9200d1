import {
  useState,
  type CSSProperties,
  type KeyboardEvent,
  type PointerEvent,
  type ReactNode,
} from "react";
import { usePartsWords } from "../parts/words";
import styles from "./plot.module.css";
import { Tip, type Told } from "./tip";

export interface Dot {
  /** A share of the height. */
  top: number;
  /** A token's name. */
  colour: string;
}

export interface PlotProps {
  /** The text alternative, with the main statement. */
  statement: string;
  /** Pixels; the width for the labels of the axis is in characters of the longest. */
  height: number;
  axisWidth?: number;
  count: number;
  /** Where a point stands, as a share of the width; by default in the middle of its band. */
  place?: (index: number) => number;
  told: (index: number) => Told;
  /** Dots over the point that is told, as shares of the height from the top. */
  dots?: (index: number) => readonly Dot[];
  children: ReactNode;
}

/** A drawing in which points are told one at a time: by pointer, tap or arrow keys. */
export function Plot(props: PlotProps) {
  const { statement, height, axisWidth = 0, count, told, dots, children } = props;
  const place = props.place ?? ((index: number) => (index + 0.5) / count);
  const words = usePartsWords();
  const [active, setActive] = useState<number>();
  const index = active !== undefined && active < count ? active : undefined;
  const shown = index === undefined ? undefined : told(index);
  const point = (event: PointerEvent<HTMLElement>): void => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    if (count && width) setActive(nearest((event.clientX - left) / width, count, place));
  };
  const key = (event: KeyboardEvent): void => {
    const next = count ? afterKey(event.key, index, count) : undefined;
    if (next === undefined) return;
    event.preventDefault();
    setActive(next === "none" ? undefined : next);
  };
  const style = { "--h": `${height}px`, "--yw": `${axisWidth}px` } as CSSProperties;
  return (
    <>
      <div
        className={styles["plot"]}
        style={style}
        role="img"
        aria-label={statement}
        aria-description={words.chartKeys}
        tabIndex={0}
        onPointerMove={point}
        onPointerDown={point}
        onPointerLeave={(event) => event.pointerType === "mouse" && setActive(undefined)}
        onKeyDown={key}
        onBlur={() => setActive(undefined)}
      >
        {children}
        {index !== undefined && shown && (
          <>
            <Marks at={place(index)} dots={dots?.(index) ?? []} />
            <Tip {...shown} at={place(index)} top={0.12} />
          </>
        )}
      </div>
      <p className={styles["unseen"]} aria-live="polite">
        {shown && [shown.title, ...shown.rows.map((row) => row.join(" "))].join(", ")}
      </p>
    </>
  );
}

/** A line through the point that is told, and a dot on each value. */
function Marks({ at, dots }: { at: number; dots: readonly Dot[] }) {
  const styleOf = ({ top, colour }: Dot): CSSProperties =>
    ({ "--px": at * 100, "--py": top * 100, "--k": `var(${colour})` }) as CSSProperties;
  return (
    <>
      <i className={styles["cursor"]} style={{ "--px": at * 100 } as CSSProperties} />
      {dots.map((dot) => (
        <i key={dot.colour} className={styles["dot"]} style={styleOf(dot)} />
      ))}
    </>
  );
}

function nearest(at: number, count: number, place: (index: number) => number): number {
  let found = 0;
  for (let index = 1; index < count; index += 1)
    if (Math.abs(place(index) - at) < Math.abs(place(found) - at)) found = index;
  return found;
}

function afterKey(
  key: string,
  now: number | undefined,
  count: number,
): number | "none" | undefined {
  const last = count - 1;
  if (key === "Escape") return now === undefined ? undefined : "none";
  if (key === "Home") return 0;
  if (key === "End") return last;
  if (key === "ArrowLeft") return now === undefined ? last : Math.max(0, now - 1);
  if (key === "ArrowRight") return now === undefined ? 0 : Math.min(last, now + 1);
  return undefined;
}
