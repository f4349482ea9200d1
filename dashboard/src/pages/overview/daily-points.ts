import { useMemo } from "react";
import { useTimeZone } from "../../api/me";
import type { Schemas } from "../../api/types";
import type { Annotation } from "../../charts/annotations";
import type { Point } from "../../charts/line-chart";
import { useFormats } from "../../words/formats";
import { useWords } from "../../words/language";
import { isByHour } from "./span";
import { OVERVIEW_WORDS } from "./words";

type Overview = Schemas["Overview"];

/** The days of the range, or its hours, as the chart labels them. */
export function usePoints(answer: Overview): readonly Point[] {
  const { shortDay, longDay, time, dateTime } = useFormats();
  return useMemo(
    () =>
      answer.daily.map(({ date }) =>
        isByHour(answer)
          ? { key: date, label: time(date), title: dateTime(date) }
          : { key: date, label: shortDay(date), title: longDay(date), shaded: isWeekend(date) },
      ),
    [answer, shortDay, longDay, time, dateTime],
  );
}

/** What may explain a change, at the day or hour in which it happened. */
export function useAnnotations(answer: Overview): readonly Annotation[] {
  const words = useWords(OVERVIEW_WORDS);
  const zone = useTimeZone();
  const { shortDay } = useFormats();
  return useMemo(() => {
    // The form of the API's days.
    const day = new Intl.DateTimeFormat("en-CA", { timeZone: zone });
    return answer.annotations.flatMap(({ at, kind, text }) => {
      const date = day.format(new Date(at));
      const index = isByHour(answer)
        ? answer.daily.findLastIndex((hour) => Date.parse(hour.date) <= Date.parse(at))
        : answer.daily.findIndex((each) => each.date === date);
      return index < 0
        ? []
        : { at: index, text: `${shortDay(date)} · ${words.annotation(kind, text)}` };
    });
  }, [answer, zone, shortDay, words]);
}

const isWeekend = (day: string): boolean => new Date(day).getUTCDay() % 6 === 0;
