import { on, quietly } from "./quiet";

const QUARTERS = [25, 50, 75, 100];

/** Calls back once per quarter of the page that came into view by scrolling. */
export function watchScroll(reached: (percent: number) => unknown): void {
  let deepest = 0;
  let pending = false;
  const look = (): void => {
    pending = false;
    const { scrollHeight, clientHeight } = document.documentElement;
    const depth = ((scrollY + clientHeight + 1) / scrollHeight) * 100;
    for (const quarter of QUARTERS)
      if (quarter > deepest && depth >= quarter) reached((deepest = quarter));
  };
  if (scrollY) look(); // for what was scrolled before this file came
  on(document, "scroll", () => {
    if (!pending) setTimeout(quietly, 250, look);
    pending = true;
  });
}
