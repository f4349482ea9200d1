import type { BarSeriesOption, LineSeriesOption } from "echarts/charts";
import type { GridComponentOption } from "echarts/components";
import type { ComposeOption, ECharts } from "echarts/core";
import { useEffect, useRef, useState, type RefObject } from "react";
import styles from "./drawing.module.css";
import { usePalette, type Palette } from "./palette";

export type Drawn = ComposeOption<BarSeriesOption | LineSeriesOption | GridComponentOption>;

/** Above so many points a canvas is faster than elements. */
const MOST_ELEMENTS = 2000;
const SLOW_MS = 360;

// Beside the figures, not after them: a page that imports this draws. Where it fails, it is tried
// again for the drawing.
import("./engine").catch(() => undefined);

interface DrawingProps {
  /** The same function as long as what it draws is the same. */
  option: (colour: Palette) => Drawn;
  points: number;
}

/** What ECharts draws: lines and bars. Lettering, marks and the tooltip lie over it. */
export function Drawing({ option, points }: DrawingProps) {
  const frame = useRef<HTMLDivElement>(null);
  const colour = usePalette();
  const chart = useChart(frame, points > MOST_ELEMENTS ? "canvas" : "svg");
  useEffect(() => {
    const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const motion = { animationDuration: 0, animationDurationUpdate: isStill ? 0 : SLOW_MS };
    chart?.setOption(
      { ...motion, ...option(colour) },
      { notMerge: false, replaceMerge: ["series"] },
    );
  }, [chart, option, colour]);
  return <div ref={frame} className={styles["drawing"]} aria-hidden="true" />;
}

function useChart(
  frame: RefObject<HTMLDivElement | null>,
  renderer: "svg" | "canvas",
): ECharts | undefined {
  const [chart, setChart] = useState<ECharts>();
  useEffect(() => {
    let isGone = false;
    let made: ECharts | undefined;
    const observer = new ResizeObserver(() => made?.resize());
    void import("./engine").then(({ init }) => {
      if (isGone || !frame.current) return;
      made = init(frame.current, null, { renderer });
      observer.observe(frame.current);
      setChart(made);
    });
    return () => {
      isGone = true;
      observer.disconnect();
      made?.dispose();
      setChart(undefined);
    };
  }, [frame, renderer]);
  return chart;
}
