import type { BarSeriesOption, LineSeriesOption } from "echarts/charts";
import type { Drawn } from "./drawing";
import type { Lane } from "./lane-plot";
import type { Series } from "./line-chart";
import type { Palette } from "./palette";
import type { Scale } from "./scale";

/** The drawing fills its frame: what is written around it is not part of it. */
const FRAME = { left: 0, right: 0, top: 0, bottom: 0, outerBoundsMode: "none" as const };

function axes(scale: Scale, points: readonly { key: string }[], colour: Palette): Drawn {
  return {
    grid: FRAME,
    xAxis: {
      type: "category",
      data: points.map(({ key }) => key),
      axisLabel: { show: false },
      axisTick: { show: false },
      axisLine: { show: false },
    },
    yAxis: {
      type: "value",
      min: scale.min,
      max: scale.max,
      interval: scale.ticks[1]! - scale.ticks[0]!,
      axisLabel: { show: false },
      splitLine: { lineStyle: { color: colour("--chart-grid") } },
    },
  };
}

export const lineOption =
  (series: readonly Series[], scale: Scale, points: readonly { key: string }[]) =>
  (colour: Palette): Drawn => ({
    ...axes(scale, points, colour),
    // The main line is drawn last, over the others.
    series: series.map((one) => lineSeries(one, colour)).toReversed(),
  });

function lineSeries(
  { name, values, form = "main", colour: own }: Series,
  colour: Palette,
): LineSeriesOption {
  const isBefore = form === "before";
  const shade = colour(own ?? (isBefore ? "--chart-before" : "--chart-main"));
  return {
    type: "line",
    id: name,
    name,
    data: values.map((value, index) => ({ value: value ?? "-", ...alone(values, index) })),
    symbol: "none",
    silent: true,
    lineStyle: {
      color: shade,
      width: form === "main" ? 2 : 1.25,
      type: isBefore ? [4, 3] : "solid",
    },
    itemStyle: { color: shade },
    ...(form === "main" && {
      areaStyle: { color: colour("--chart-main-soft"), opacity: own ? 0 : 1 },
    }),
  };
}

/** A point without neighbours has no line: it is a dot. */
function alone(values: readonly (number | null)[], index: number): object {
  const isKnown = (at: number): boolean => (values[at] ?? null) !== null;
  const isAlone = isKnown(index) && !isKnown(index - 1) && !isKnown(index + 1);
  return isAlone ? { symbol: "circle", symbolSize: 5 } : {};
}

export const laneOption =
  (
    { name, values, colour: own = "--chart-2", form = "bar" }: Lane,
    scale: Scale,
    points: readonly { key: string }[],
  ) =>
  (colour: Palette): Drawn => {
    const shown = axes({ ...scale, ticks: [scale.min, scale.max] }, points, colour);
    const data = values.map((value) => value ?? "-");
    const shade = colour(own);
    return {
      ...shown,
      yAxis: { ...shown.yAxis, splitLine: { show: false } } as NonNullable<Drawn["yAxis"]>,
      series: [form === "bar" ? bars(name, data, shade) : line(name, data, shade)],
    };
  };

const bars = (name: string, data: (number | "-")[], color: string): BarSeriesOption => ({
  type: "bar",
  id: name,
  name,
  data,
  silent: true,
  barCategoryGap: "40%",
  barMaxWidth: 40,
  itemStyle: { color },
});

const line = (name: string, data: (number | "-")[], color: string): LineSeriesOption => ({
  type: "line",
  id: name,
  name,
  data,
  silent: true,
  symbol: "none",
  lineStyle: { color, width: 1.5 },
});

/** Bars that nearly touch: equal steps of one measure. */
export const stepsOption =
  (name: string, values: readonly number[], scale: Scale, keys: readonly { key: string }[]) =>
  (colour: Palette): Drawn => ({
    ...axes(scale, keys, colour),
    series: [
      {
        ...bars(name, [...values], colour("--chart-main")),
        barCategoryGap: "5%",
        barMaxWidth: "100%",
      },
    ],
  });
