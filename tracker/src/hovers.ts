import type { Nest } from "./api";
import { marked } from "./attributes";
import { on } from "./quiet";

const LEAST_MS = 300;
const MOST_MS = 60_000;

/**
 * An event for each stay of the pointer on a marked element, when it is left or after a minute.
 * Returns what ends a stay.
 */
export function watchHovers(track: Nest["track"]): () => void {
  let element: HTMLElement | null = null;
  let since: number | undefined;
  let timer: ReturnType<typeof setTimeout>;

  const end = (): void => {
    clearTimeout(timer);
    const spent = performance.now() - (since ?? Infinity);
    since = undefined;
    if (!element || spent < LEAST_MS) return;
    const { nestCategory: category = "page", nestValue } = element.dataset;
    track("hover", {
      category,
      value: nestValue || undefined,
      elementId: element.id || undefined,
      timeSpent: Math.round(Math.min(spent, MOST_MS)),
    });
  };

  const move = (over: EventTarget | null): void => {
    const next = marked(over) ?? null;
    if (next === element) return;
    end();
    element = next;
    if (!element) return;
    since = performance.now();
    timer = setTimeout(end, MOST_MS);
  };

  on<PointerEvent>(document, "pointerover", ({ target, pointerType }) =>
    move(pointerType === "touch" ? null : target),
  );
  // The next element tells of itself; only the way out of the page has none.
  on<PointerEvent>(document, "pointerout", ({ relatedTarget }) => relatedTarget || move(null));
  return end;
}
