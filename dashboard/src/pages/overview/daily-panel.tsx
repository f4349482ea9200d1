import { useMemo } from "react";
import type { Schemas } from "../../api/types";
import { ChartKey } from "../../charts/key";
import { LineChart, type Point } from "../../charts/line-chart";
import type { Column, TableOf } from "../../parts/data-table";
import type { Answer } from "../../parts/panel";
import { useFormats } from "../../words/formats";
import { useWords } from "../../words/language";
import { rateOf } from "../../parts/rate";
import { useAnnotations, usePoints } from "./daily-points";
import { OverviewPanel } from "./overview-panel";
import { isByHour } from "./span";
import { OVERVIEW_WORDS } from "./words";

type Overview = Schemas["Overview"];
type Day = Overview["daily"][number];

const PLOT_PX = 264;
/** With the lane below, labels and table switch. */
const HEIGHT_PX = PLOT_PX + 120;

export function DailyPanel({ answer }: { answer: Answer<Overview> }) {
  const words = useWords(OVERVIEW_WORDS);
  const isHourly = answer.data !== undefined && isByHour(answer.data);
  const key = [
    { label: words.sessions, form: "line" as const },
    { label: words.orders, colour: "--chart-2" },
  ];
  return (
    <OverviewPanel
      title={isHourly ? words.hourly : words.daily}
      note={isHourly ? undefined : words.weekends}
      action={<ChartKey items={key} />}
      span={8}
      answer={answer}
      what={words.dailyWhat}
      shape="chart"
      height={HEIGHT_PX}
      leads
    >
      {(overview) => <Daily overview={overview} />}
    </OverviewPanel>
  );
}

function Daily({ overview }: { overview: Overview }) {
  const words = useWords(OVERVIEW_WORDS);
  const { number, share } = useFormats();
  const points = usePoints(overview);
  const annotations = useAnnotations(overview);
  const { daily } = overview;
  const series = useMemo(
    () => [
      { name: words.sessions, values: daily.map((day) => day.sessions), form: "main" as const },
    ],
    [words, daily],
  );
  const lane = useMemo(
    () => ({ name: words.orders, values: daily.map((day) => day.conversions), format: number }),
    [words, daily, number],
  );
  const table = useTable(overview, points);
  const extra = (index: number): readonly (readonly [string, string])[] => {
    const day = daily[index];
    if (!day) return [];
    return [
      [words.interactions, number(day.interactions)],
      [words.conversion, share(rateOf(day.sessions, day.conversions))],
    ];
  };
  return (
    <LineChart
      statement={useStatement(daily, points)}
      table={table}
      file={isByHour(overview) ? "sessions-by-hour" : "sessions-by-day"}
      points={points}
      series={series}
      format={number}
      lane={lane}
      extra={extra}
      annotations={annotations}
      height={PLOT_PX}
      whole
    />
  );
}

function useStatement(daily: readonly Day[], points: readonly Point[]): string {
  const words = useWords(OVERVIEW_WORDS);
  const { number } = useFormats();
  const most = daily.reduce(
    (best, day, index) => (day.sessions > (daily[best]?.sessions ?? 0) ? index : best),
    0,
  );
  const [first, last, peak] = [0, daily.length - 1, most].map((index) =>
    words.on(number(daily[index]?.sessions), points[index]?.label ?? ""),
  );
  return words.dailyStatement(first ?? "", last ?? "", peak ?? "");
}

function useTable(overview: Overview, points: readonly Point[]): TableOf<Day> {
  const words = useWords(OVERVIEW_WORDS);
  const { number, share } = useFormats();
  const labels = new Map(points.map(({ key, label }) => [key, label]));
  const figure = (id: string, label: string, of: (day: Day) => number): Column<Day> => ({
    id,
    label,
    figure: true,
    cell: (day) => number(of(day)),
    sortBy: of,
  });
  const conversion = (day: Day) => rateOf(day.sessions, day.conversions);
  const isHourly = isByHour(overview);
  return {
    caption: isHourly ? words.hourly : words.daily,
    rows: overview.daily,
    rowKey: ({ date }) => date,
    columns: [
      {
        id: "date",
        label: isHourly ? words.hour : words.day,
        header: true,
        cell: ({ date }) => labels.get(date),
        sortBy: ({ date }) => date,
      },
      figure("sessions", words.sessions, (day) => day.sessions),
      figure("interactions", words.interactions, (day) => day.interactions),
      figure("orders", words.orders, (day) => day.conversions),
      {
        id: "conversion",
        label: words.conversion,
        figure: true,
        cell: (day) => share(conversion(day)),
        sortBy: conversion,
      },
    ],
  };
}
