import { useMemo, type CSSProperties, type ReactNode } from "react";
import { YLabels } from "./axes";
import { Drawing } from "./drawing";
import { laneOption } from "./line-option";
import { Plot } from "./plot";
import styles from "./plot.module.css";
import type { Scale } from "./scale";
import type { Told } from "./tip";

export interface Lane {
  name: string;
  values: readonly (number | null)[];
  format?: (value: number) => string;
  /** A token's name; by default the colour of what is converted. */
  colour?: string;
  form?: "bar" | "line";
}

interface LanePlotProps {
  lane: Lane;
  points: readonly { key: string }[];
  scale: Scale;
  format: (value: number) => string;
  axisWidth: number;
  height: number;
  told: (index: number) => Told;
  /** A low grey step stands where nothing is told. */
  marksUnknown?: boolean;
  children: ReactNode;
}

/** A second measure below the drawing, on a scale of its own. */
export function LanePlot(props: LanePlotProps) {
  const { lane, points, scale, format, axisWidth, height, told, marksUnknown, children } = props;
  const option = useMemo(() => laneOption(lane, scale, points), [lane, scale, points]);
  return (
    <div className={styles["lane"]}>
      <Plot
        statement={lane.name}
        height={height}
        axisWidth={axisWidth}
        count={points.length}
        told={told}
      >
        <Drawing option={option} points={points.length} />
        {marksUnknown && <Unknown values={lane.values} />}
        <YLabels scale={scale} format={format} ticks={[scale.min, scale.max]} />
        {children}
      </Plot>
    </div>
  );
}

function Unknown({ values }: { values: Lane["values"] }) {
  const width = 100 / values.length;
  return values.map(
    (value, index) =>
      value === null && (
        <i
          key={index}
          className={styles["few"]}
          style={{ "--px": (index + 0.2) * width, "--w": width * 0.6 } as CSSProperties}
        />
      ),
  );
}
