import { useMemo, type CSSProperties, type ReactNode } from "react";
import { Annotations, NumberedAnnotations, type Annotation } from "./annotations";
import { axisWidthOf, XLabels, YLabels } from "./axes";
import { Chart, type Told } from "./chart";
import { Drawing } from "./drawing";
import { LanePlot, type Lane } from "./lane-plot";
import { lineOption } from "./line-option";
import { Plot, type Dot } from "./plot";
import styles from "./plot.module.css";
import { heightOf, scaleOf, type Scale } from "./scale";
import type { Told as TipText } from "./tip";

export interface Point {
  key: string;
  /** Below the axis: "14 Aug". */
  label: string;
  /** In the tooltip: "Sunday, 7 Sep 2025". */
  title: string;
  /** A weekend, say. */
  shaded?: boolean;
}

export interface Series {
  name: string;
  values: readonly (number | null)[];
  /** `before` is dashed. */
  form?: "main" | "before" | "line";
  /** A token's name, "--chart-3". */
  colour?: string;
  format?: (value: number) => string;
}

export interface LineChartProps<Row> extends Told<Row> {
  points: readonly Point[];
  series: readonly Series[];
  format: (value: number) => string;
  /** Labels of the axis, where they are written shorter than values. */
  formatAxis?: (value: number) => string;
  /** A second measure below, on a scale of its own. */
  lane?: Lane;
  /** More rows of the tooltip. */
  extra?: (index: number) => readonly (readonly [label: string, value: string])[];
  annotations?: readonly Annotation[];
  limit?: { value: number; label: string };
  height?: number;
  fromZero?: boolean;
  /** Counts: no half steps. */
  whole?: boolean;
}

const HEIGHT_PX = 232;
const LANE_PX = 44;

/** How it develops: one line and what it was before; what else is measured has its own lane. */
export function LineChart<Row>(props: LineChartProps<Row>) {
  const { points, format, formatAxis = format, lane, annotations = [], whole = false } = props;
  const scale = useScale(props);
  const laneScale = useMemo(() => scaleOf(lane?.values ?? [], true, whole), [lane, whole]);
  const laneFormat = lane?.format ?? formatAxis;
  const axisWidth = axisWidthOf([
    ...scale.ticks.map(formatAxis),
    ...(lane ? [laneScale.min, laneScale.max].map(laneFormat) : []),
  ]);
  const place = (index: number): number => (index + 0.5) / points.length;
  const told = (index: number): TipText => toldOf(props, index);
  const labels = <XLabels labels={points.map(({ label }) => label)} place={place} />;
  return (
    <Chart table={props.table} file={props.file}>
      <NumberedAnnotations marks={annotations} place={place} />
      <Lines {...props} scale={scale} axisWidth={axisWidth} told={told} place={place}>
        {!lane && labels}
      </Lines>
      {lane && (
        <LanePlot
          lane={lane}
          points={points}
          scale={laneScale}
          format={laneFormat}
          axisWidth={axisWidth}
          height={LANE_PX}
          told={told}
        >
          {labels}
        </LanePlot>
      )}
    </Chart>
  );
}

function useScale<Row>(props: LineChartProps<Row>): Scale {
  const { series, limit, fromZero = true, whole = false } = props;
  return useMemo(() => {
    const values = series.flatMap((one) => one.values);
    return scaleOf([...values, limit?.value ?? null], fromZero, whole);
  }, [series, limit?.value, fromZero, whole]);
}

interface LinesProps<Row> extends LineChartProps<Row> {
  scale: Scale;
  axisWidth: number;
  told: (index: number) => TipText;
  place: (index: number) => number;
  children: ReactNode;
}

function Lines<Row>(props: LinesProps<Row>) {
  const { points, series, scale, axisWidth, told, place, annotations = [], limit } = props;
  const option = useMemo(() => lineOption(series, scale, points), [series, scale, points]);
  const dots = (index: number): Dot[] =>
    series.flatMap(({ values, colour = "--chart-main", form }) => {
      const value = values[index] ?? null;
      return form === "before" || value === null ? [] : { top: 1 - heightOf(scale, value), colour };
    });
  return (
    <Plot
      statement={props.statement}
      height={props.height ?? HEIGHT_PX}
      axisWidth={axisWidth}
      count={points.length}
      told={told}
      dots={dots}
    >
      <Shades points={points} />
      <Drawing option={option} points={points.length * series.length} />
      <YLabels scale={scale} format={props.formatAxis ?? props.format} />
      {limit && (
        <i
          className={styles["limit"]}
          style={{ "--v": (1 - heightOf(scale, limit.value)) * 100 } as CSSProperties}
          title={limit.label}
        />
      )}
      <Annotations marks={annotations} place={place} />
      {props.children}
    </Plot>
  );
}

function Shades({ points }: { points: readonly Point[] }) {
  const width = 100 / points.length;
  return points.map(
    ({ key, shaded }, index) =>
      shaded && (
        <i
          key={key}
          className={styles["band"]}
          style={{ "--px": index * width, "--w": width } as CSSProperties}
        />
      ),
  );
}

function toldOf<Row>(props: LineChartProps<Row>, index: number): TipText {
  const { points, series, format, lane, extra, annotations = [] } = props;
  const written = (value: number | null | undefined, own = format): string =>
    value === null || value === undefined ? "–" : own(value);
  return {
    title: points[index]?.title ?? "",
    rows: [
      ...series.map(
        ({ name, values, format: own }) => [name, written(values[index], own)] as const,
      ),
      ...(lane ? [[lane.name, written(lane.values[index], lane.format)] as const] : []),
      ...(extra?.(index) ?? []),
      ...annotations.filter(({ at }) => at === index).map(({ text }) => [text, ""] as const),
    ],
  };
}
