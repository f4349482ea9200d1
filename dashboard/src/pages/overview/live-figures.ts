import type { Schemas } from "../../api/types";
import type { StatusState } from "../../parts/status";
import { useFormats } from "../../words/formats";
import { useWords } from "../../words/language";
import { OVERVIEW_WORDS } from "./words";

type Now = Schemas["RealTime"];

export interface LiveFigure {
  name: string;
  label: string;
  value: string;
  /** Without one it is neither good nor bad. */
  state?: StatusState;
  /** The state in a word. */
  word?: string;
  /** The limits, or what else there is to say. */
  more?: string | undefined;
}

type Judge = (now: Now) => StatusState;

type Measured = "avgResponseTime" | "errorRate" | "cacheHitRate";

/** What was not measured is not judged. */
const known =
  (name: Measured, judge: (value: number, now: Now) => StatusState): Judge =>
  (now) => {
    const value = now[name];
    return value === null ? "off" : judge(value, now);
  };

/** By the limits that are settings of the server. */
const JUDGES = {
  active: ({ activeSessions, limits }) =>
    activeSessions > limits.fewestSessions ? "good" : "warning",
  response: known("avgResponseTime", (ms, { limits }) =>
    ms >= limits.responseBadMs ? "bad" : ms >= limits.responseWarningMs ? "warning" : "good",
  ),
  errors: known("errorRate", (rate, { limits }) => (rate >= limits.errorRateBad ? "bad" : "good")),
  cache: known("cacheHitRate", (rate, { limits }) =>
    rate > limits.cacheHitRateWarning ? "good" : "warning",
  ),
} satisfies Record<string, Judge>;

/** The figures of the live strip, in its order; "–" for all of them before the first answer. */
export function useLiveFigures(now: Now | undefined): readonly LiveFigure[] {
  const words = useWords(OVERVIEW_WORDS);
  const { number, decimal, share, rate, milliseconds } = useFormats();
  const judged = (name: keyof typeof JUDGES, value: string, more?: string): LiveFigure => {
    const state = now ? JUDGES[name](now) : "off";
    return { name, label: words.live[name], value, state, word: words.states[state], more };
  };
  const limits = now?.limits;
  const depth = number(now?.streamDepth);
  const age = now?.streamDepth ? milliseconds(now.oldestUnstoredS * 1000) : undefined;
  return [
    judged(
      "active",
      number(now?.activeSessions),
      limits && words.goodAbove(number(limits.fewestSessions)),
    ),
    judged(
      "response",
      milliseconds(now?.avgResponseTime),
      limits &&
        words.goodBelow(
          milliseconds(limits.responseWarningMs),
          milliseconds(limits.responseBadMs),
        ),
    ),
    judged("errors", rate(now?.errorRate), limits && words.goodBelow(rate(limits.errorRateBad))),
    judged(
      "cache",
      share(now?.cacheHitRate),
      limits && words.goodAbove(share(limits.cacheHitRateWarning)),
    ),
    { name: "events", label: words.live.events, value: decimal(now?.eventsPerSecond) },
    {
      name: "waiting",
      label: words.live.waiting,
      value: age ? `${depth} · ${age}` : depth,
      more: age && words.oldest(age),
    },
  ];
}
