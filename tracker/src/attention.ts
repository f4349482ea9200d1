import { on } from "./quiet";

/** Milliseconds this page has been in view, from its load on. */
export function activeTime(): () => number {
  let sum = 0;
  let since = performance.now();
  let visible = !document.hidden;
  const measure = (): number => {
    const now = performance.now();
    if (visible) sum += now - since;
    since = now;
    visible = !document.hidden;
    return sum;
  };
  on(document, "visibilitychange", measure);
  return measure;
}
