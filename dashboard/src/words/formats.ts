import { useMemo } from "react";
import { useTimeZone } from "../api/me";
import { useLanguage, type Language } from "./language";

const NO_BREAK = "\u00a0";
const UNKNOWN = "–";
const MILLION = 1_000_000;
const HOUR_S = 3600;
const DAY_S = 24 * HOUR_S;

type Value = number | null | undefined;
type Moment = string | number | Date | null | undefined;

/** Numbers, money, dates and times as the visual guide writes them; "–" for what is not known. */
export type Formats = ReturnType<typeof formatsOf>;

export function useFormats(): Formats {
  const { language } = useLanguage();
  const zone = useTimeZone();
  return useMemo(() => formatsOf(language, zone), [language, zone]);
}

export function formatsOf(language: Language, zone: string) {
  const isGerman = language === "de";
  // To make one takes a hundred times as long as to use it.
  const numbers = new Map<string, Intl.NumberFormat>();
  const numberFormat = (digits: number, least: number): Intl.NumberFormat => {
    const kind = `${least} ${digits}`;
    // Austrian numbers would be grouped by spaces.
    const format =
      numbers.get(kind) ??
      new Intl.NumberFormat(isGerman ? "de-DE" : "en-GB", {
        minimumFractionDigits: least,
        maximumFractionDigits: digits,
      });
    numbers.set(kind, format);
    return format;
  };
  const written = (value: number, digits: number, least = digits): string =>
    numberFormat(digits, least).format(value).replace("-", "−");
  const signed = (value: number, text: (size: number) => string): string =>
    (value > 0 ? "+" : value < 0 ? "−" : "±") + text(Math.abs(value));
  const known =
    (write: (value: number) => string) =>
    (value: Value): string =>
      value === null || value === undefined || Number.isNaN(value) ? UNKNOWN : write(value);
  const percent = (value: number, digits: number): string =>
    written(value * 100, digits) + (isGerman ? `${NO_BREAK}%` : "%");
  const euros = (value: number): string => {
    const digits = written(Math.abs(value), 0);
    const sign = Math.round(value) < 0 ? "−" : "";
    return sign + (isGerman ? `${digits}${NO_BREAK}€` : `€${digits}`);
  };
  const millions = (value: number): string => {
    const digits = written(value / MILLION, 1);
    return isGerman ? `${digits}${NO_BREAK}Mio.${NO_BREAK}€` : `€${digits}${NO_BREAK}m`;
  };
  const dated =
    (options: Intl.DateTimeFormatOptions) =>
    (moment: Moment): string => {
      if (moment === null || moment === undefined) return UNKNOWN;
      const format = new Intl.DateTimeFormat(isGerman ? "de-AT" : "en-GB", {
        timeZone: zone,
        ...options,
      });
      return format.format(new Date(moment)).replaceAll("Sept", "Sep").replaceAll(" ", NO_BREAK);
    };
  // A day has no time: noon is that day in every zone of the world but a few islands.
  const ofDay = (options: Intl.DateTimeFormatOptions) => (day: string | null | undefined) =>
    dated({ ...options, timeZone: "UTC" })(day && `${day.slice(0, 10)}T12:00:00Z`);
  const DATE = { day: "numeric", month: "short", year: "numeric" } as const;
  const CLOCK = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;
  return {
    number: known((value) => written(value, 0)),
    decimal: (value: Value, digits = 1) => known((some) => written(some, digits))(value),
    /** Whole euros. */
    money: known(euros),
    largeMoney: known((value) => (Math.abs(value) < MILLION ? euros(value) : millions(value))),
    /** "€150k": for the ends of an axis. */
    shortMoney: known((value) => {
      const thousands = written(value / 1000, 0);
      return isGerman ? `${thousands}${NO_BREAK}T€` : `€${thousands}k`;
    }),
    /** A ratio as "3.4%". */
    share: known((value) => percent(value, 1)),
    /** A ratio as "30%". */
    wholeShare: known((value) => percent(value, 0)),
    /** A ratio as a key figure: below 10 % with two decimals. */
    rate: known((value) => percent(value, Math.abs(value) < 0.1 ? 2 : 1)),
    /** A difference of ratios. */
    points: known((value) =>
      signed(value, (size) => `${written(size * 100, 2)}${NO_BREAK}${isGerman ? "Punkte" : "points"}`),
    ),
    /** What a value has changed by, as part of the value before; nothing from nothing. */
    growth: (now: Value, before: Value): string =>
      typeof now !== "number" || !before
        ? UNKNOWN
        : signed(now / before - 1, (size) => percent(size, 1)),
    signedMoney: known((value) => signed(value, euros)),
    signedNumber: known((value) => signed(value, (size) => written(size, 0))),
    /** Seconds as "6 min 52 s". */
    duration: known(durationOf),
    signedDuration: known((value) => signed(value, durationOf)),
    /** Milliseconds as "84 ms", "1.2 s" or a duration. */
    milliseconds: known((value) =>
      Math.round(value) < 1000
        ? `${written(value, value < 10 ? 1 : 0, 0)}${NO_BREAK}ms`
        : Math.round(value / 100) < 600
          ? `${written(value / 1000, 1)}${NO_BREAK}s`
          : durationOf(value / 1000),
    ),
    bytes: known((value) => `${written(value / 2 ** 20, 1)}${NO_BREAK}MB`),
    /** A moment's day in the project's time zone: "12 Sep 2025". */
    date: dated(DATE),
    shortDate: dated({ day: "numeric", month: "short" }),
    dateTime: dated({ ...DATE, ...CLOCK }),
    shortDateTime: dated({ day: "numeric", month: "short", ...CLOCK }),
    time: dated(CLOCK),
    clock: dated({ ...CLOCK, second: "2-digit" }),
    /** A day of the API, "2025-09-12", which has no time. */
    day: ofDay(DATE),
    shortDay: ofDay({ day: "numeric", month: "short" }),
    longDay: ofDay({ weekday: "long", ...DATE }),
    /** "a, b and c" */
    list: (items: readonly string[]) =>
      new Intl.ListFormat(isGerman ? "de" : "en-GB", { type: "conjunction" }).format(items),
    unknown: UNKNOWN,
  };
}

function durationOf(seconds: number): string {
  const whole = Math.round(Math.abs(seconds));
  const sign = seconds < 0 && whole ? "−" : "";
  const parts: [number, string][] =
    whole < 60
      ? [[whole, "s"]]
      : whole < HOUR_S
        ? [
            [Math.floor(whole / 60), "min"],
            [whole % 60, "s"],
          ]
        : whole < DAY_S
          ? [
              [Math.floor(whole / HOUR_S), "h"],
              [Math.floor((whole % HOUR_S) / 60), "min"],
            ]
          : [
              [Math.floor(whole / DAY_S), "d"],
              [Math.floor((whole % DAY_S) / HOUR_S), "h"],
            ];
  const said = parts.filter(([count], place) => count || !place);
  return sign + said.map(([count, unit]) => `${count}${NO_BREAK}${unit}`).join(NO_BREAK);
}
