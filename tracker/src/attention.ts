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
  document.addEventListener("visibilitychange", measure);
  return measure;
}

const QUARTERS = [25, 50, 75, 100];

/** Calls back once per quarter of the page that came into view by scrolling. */
export function watchScroll(reached: (percent: number) => void): void {
  let deepest = 0;
  let pending = false;
  const look = (): void => {
    pending = false;
    const { scrollHeight, clientHeight } = document.documentElement;
    const depth = ((scrollY + clientHeight + 1) / scrollHeight) * 100;
    for (const quarter of QUARTERS)
      if (quarter > deepest && depth >= quarter) reached((deepest = quarter));
  };
  addEventListener(
    "scroll",
    () => {
      if (!pending) setTimeout(look, 250);
      pending = true;
    },
    { passive: true },
  );
}
