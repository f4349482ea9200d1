import type { Flag, Flags } from "./api";
import { watchHovers } from "./hovers";
import { quietly } from "./quiet";
import { watchResources } from "./resources";
import { watchScroll } from "./scrolling";
import type { Metric, More } from "./tracker";
import { watchVitals } from "./vitals";

const GATHER_MS = 2_000;
const LATEST_MS = 2_000;

/** Of `hover -scroll`: hovers on, scroll depth off. */
const parsed = (words: string): Flags =>
  Object.fromEntries(words.split(" ").map((word) => [word.replace("-", ""), word[0] !== "-"]));

/** Gathers what is measured and tells it some at a time, and when the page is hidden or left. */
export const begin: More["begin"] = (track, id, measure, endpoint, wanted = {}, flags) => {
  let gathered: Omit<Metric, "sessionId">[] = [];
  const words = typeof wanted === "string" ? parsed(wanted) : wanted;
  const flag = (name: Flag): boolean => flags()?.[name] ?? words[name] ?? name !== "hover";
  const tell = (): void => {
    const metrics = gathered;
    gathered = [];
    if (metrics.length) measure((sessionId) => metrics.map((metric) => ({ ...metric, sessionId })));
  };
  /** `time` is on the page's own clock, which begins with its load. */
  const note = (
    metricName: string,
    value: number,
    time: number,
    additionalData: Record<string, unknown>,
    unit = "ms",
  ): void => {
    const eventId = id(Date.now() - performance.now() + time);
    if (!gathered.length) setTimeout(quietly, GATHER_MS, tell);
    gathered.push({ eventId, metricName, value: +value.toFixed(4), unit, additionalData });
  };
  const ends = [tell];
  const watch = (): void => {
    if (flag("hover")) ends.unshift(watchHovers(track));
    if (flag("web_vitals")) ends.unshift(watchVitals(note));
    ends.unshift(watchResources(endpoint, flag, note));
    watchScroll((percent) => flag("scroll") && track("scroll", { value: String(percent) }));
  };
  // A browser that is busy with other pages may never be idle here.
  if ("requestIdleCallback" in window)
    requestIdleCallback(() => quietly(watch), { timeout: LATEST_MS });
  else setTimeout(quietly, 0, watch);
  return () => ends.forEach((end) => quietly(end));
};
