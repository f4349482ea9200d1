import { useMemo, type CSSProperties, type ReactNode } from "react";
import { axisWidthOf, XLabels, YLabels } from "./axes";
import { Chart, type Told } from "./chart";
import { Drawing } from "./drawing";
import { LanePlot } from "./lane-plot";
import { stepsOption } from "./line-option";
import { Plot } from "./plot";
import styles from "./plot.module.css";
import { QuantileChain } from "./quantile-chain";
import { scaleOf, type Scale } from "./scale";
import type { Told as TipText } from "./tip";

export interface Bucket {
  from: number;
  to: number;
  count: number;
  /** In the tooltip: "€150,000 to €175,000". */
  title: string;
}

export interface Quantile {
  value: number;
  label: string;
  text: string;
  main?: boolean;
}

export interface HistogramProps<Row> extends Told<Row> {
  /** Ascending, equally wide, without gaps. */
  buckets: readonly Bucket[];
  countName: string;
  format: (count: number) => string;
  /** An edge on the axis: "€150k". */
  edge: (value: number) => string;
  quantiles?: readonly Quantile[];
  /** What the chain of quantiles tells, in words. */
  quantilesLabel?: string;
  /** A rate for each bucket; null where it has too few. */
  lane?: { name: string; values: readonly (number | null)[]; format: (value: number) => string };
  extra?: (index: number) => readonly (readonly [label: string, value: string])[];
  height?: number;
}

const HEIGHT_PX = 250;
const LANE_PX = 52;

/** How it is spread: equal steps, quantiles as a dimension chain, a rate in a lane below. */
export function Histogram<Row>(props: HistogramProps<Row>) {
  const { buckets, format, edge, quantiles = [], lane } = props;
  const counts = useMemo(() => buckets.map(({ count }) => count), [buckets]);
  const points = useMemo(() => buckets.map(({ from }) => ({ key: String(from) })), [buckets]);
  const scale = useMemo(() => scaleOf(counts, true, true), [counts]);
  const laneScale = useMemo(() => scaleOf(lane?.values ?? []), [lane]);
  const [from, to] = [buckets[0]?.from ?? 0, buckets.at(-1)?.to ?? 1];
  const share = (value: number): number => Math.min(Math.max((value - from) / (to - from), 0), 1);
  const axisWidth = axisWidthOf([
    ...scale.ticks.map(format),
    ...(lane ? [laneScale.min, laneScale.max].map(lane.format) : []),
  ]);
  const edges = [...buckets.map((bucket) => bucket.from), to].map(edge);
  const told = (index: number): TipText => toldOf(props, index);
  const labels = <XLabels labels={edges} place={(index) => index / buckets.length} most={8} />;
  const marks = quantiles.map((quantile) => ({ ...quantile, at: share(quantile.value) }));
  const label = props.quantilesLabel ?? props.statement;
  return (
    <Chart table={props.table} file={props.file}>
      <QuantileChain label={label} axisWidth={axisWidth} marks={marks} />
      <Steps {...props} counts={counts} points={points} scale={scale} axisWidth={axisWidth}>
        {marks.map(({ at, main, label: name }) => main && <Median key={name} at={at} />)}
        {!lane && labels}
      </Steps>
      {lane && (
        <LanePlot
          lane={lane}
          points={points}
          scale={laneScale}
          format={lane.format}
          axisWidth={axisWidth}
          height={LANE_PX}
          told={told}
          marksUnknown
        >
          {labels}
        </LanePlot>
      )}
    </Chart>
  );
}

interface StepsProps<Row> extends HistogramProps<Row> {
  counts: readonly number[];
  points: readonly { key: string }[];
  scale: Scale;
  axisWidth: number;
  children: ReactNode;
}

function Steps<Row>(props: StepsProps<Row>) {
  const { countName, counts, points, scale, axisWidth, format, children } = props;
  const option = useMemo(
    () => stepsOption(countName, counts, scale, points),
    [countName, counts, scale, points],
  );
  return (
    <Plot
      statement={props.statement}
      height={props.height ?? HEIGHT_PX}
      axisWidth={axisWidth}
      count={counts.length}
      told={(index) => toldOf(props, index)}
    >
      <Drawing option={option} points={counts.length} />
      <YLabels scale={scale} format={format} />
      {children}
    </Plot>
  );
}

const Median = ({ at }: { at: number }) => (
  <i className={styles["median"]} style={{ "--px": at * 100 } as CSSProperties} />
);

function toldOf<Row>(props: HistogramProps<Row>, index: number): TipText {
  const { buckets, countName, format, lane, extra } = props;
  const bucket = buckets[index];
  const rate = lane?.values[index] ?? null;
  return {
    title: bucket?.title ?? "",
    rows: [
      [countName, bucket ? format(bucket.count) : "–"] as const,
      ...(lane ? [[lane.name, rate === null ? "–" : lane.format(rate)] as const] : []),
      ...(extra?.(index) ?? []),
    ],
  };
}
