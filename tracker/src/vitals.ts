import { observe, place, type Note } from "./observing";
import { on } from "./quiet";

const SESSION_GAP_MS = 1_000;
const SESSION_MS = 5_000;
const SLOW_EVENT_MS = 40;
const KEPT_INTERACTIONS = 10;
const INTERACTIONS_PER_OUTLIER = 50;
const IDS_PER_INTERACTION = 7; // in Chromium, which counts up so as not to tell how many there were

type Shift = PerformanceEntry & { value: number; hadRecentInput: boolean };
type Timing = PerformanceEntry & { interactionId?: number };
type Page = { interactionCount?: number };

/** The largest sum of shifts that follow each other within a second, over at most five. */
function shifts(): { add(shift: Shift): void; largest(): number } {
  let worst = 0;
  let sum = 0;
  let first = 0;
  let last = -Infinity;
  return {
    add({ value, hadRecentInput, startTime }) {
      if (hadRecentInput) return;
      if (startTime - last >= SESSION_GAP_MS || startTime - first >= SESSION_MS) {
        sum = 0;
        first = startTime;
      }
      last = startTime;
      sum += value;
      worst = Math.max(worst, sum);
    },
    largest: () => worst,
  };
}

/** The longest interaction, leaving out one for every fifty. */
function interactions(): { add(timing: Timing): void; slow(): number | undefined } {
  const page = performance as Page;
  const before = page.interactionCount ?? 0;
  const longest = new Map<number, number>();
  let least = Infinity;
  let greatest = 0;
  return {
    add({ interactionId, duration }) {
      if (!interactionId) return;
      least = Math.min(least, interactionId);
      greatest = Math.max(greatest, interactionId);
      longest.set(interactionId, Math.max(longest.get(interactionId) ?? 0, duration));
      if (longest.size <= KEPT_INTERACTIONS) return;
      const [shortest] = [...longest].sort((a, b) => a[1] - b[1])[0]!;
      longest.delete(shortest);
    },
    slow() {
      const count = page.interactionCount
        ? page.interactionCount - before
        : (greatest - least) / IDS_PER_INTERACTION + 1;
      const durations = [...longest.values()].sort((a, b) => b - a);
      return durations[Math.min(durations.length - 1, Math.floor(count / INTERACTIONS_PER_OUTLIER))];
    },
  };
}

/** When the page was first hidden, on its own clock: nothing it painted after that was seen. */
function firstHidden(): number {
  const hidden = performance
    .getEntriesByType("visibility-state")
    .find(({ name }) => name === "hidden");
  return hidden?.startTime ?? (document.hidden ? 0 : Infinity);
}

/**
 * LCP, INP, CLS and TTFB as web.dev defines them, told once: TTFB at once, the others when the page
 * is first hidden or left, which the returned function is called for. A page that comes back from
 * the browser's cache begins anew.
 */
export function watchVitals(note: Note): () => void {
  const [load] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
  // A page that was prepared unseen begins when it is shown.
  const begun = (load as { activationStart?: number } | undefined)?.activationStart ?? 0;
  const unseenFrom = firstHidden();
  const known = globalThis.PerformanceObserver?.supportedEntryTypes ?? [];
  let moved = shifts();
  let touched = interactions();
  let largest: number | undefined;
  let told = false;
  const tell = (name: string, value: number | undefined, unit?: string): void => {
    if (value !== undefined)
      note(name, Math.max(value, 0), performance.now(), { route: place(location) }, unit);
  };

  if (load?.responseStart) tell("TTFB", load.responseStart - begun);
  const taken = [
    observe("largest-contentful-paint", ({ startTime }) => {
      if (startTime < unseenFrom) largest = startTime - begun;
    }),
    observe<Shift>("layout-shift", (shift) => moved.add(shift)),
    observe<Timing>("event", (timing) => touched.add(timing), SLOW_EVENT_MS),
    observe<Timing>("first-input", (timing) => touched.add(timing)),
  ];

  on<PageTransitionEvent>(window, "pageshow", ({ persisted, timeStamp }) => {
    if (!persisted) return;
    taken.forEach((take) => take());
    moved = shifts();
    touched = interactions();
    largest = undefined;
    told = false;
    requestAnimationFrame(() =>
      requestAnimationFrame(() => (largest = performance.now() - timeStamp)),
    );
  });

  return () => {
    if (told) return;
    told = true;
    taken.forEach((take) => take());
    tell("LCP", largest);
    if (known.includes("layout-shift") && unseenFrom) tell("CLS", moved.largest(), "score");
    tell("INP", touched.slow());
  };
}
