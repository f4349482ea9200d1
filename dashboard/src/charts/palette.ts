import { useMemo, useSyncExternalStore } from "react";

/** The colour a token has now, as a script can use it. */
export type Palette = (token: string) => string;

let version = 0;
const listeners = new Set<() => void>();

function changed(): void {
  version += 1;
  listeners.forEach((listener) => listener());
}

let isWatching = false;

/** The theme is an attribute of the root, or the system's where there is none. */
function watch(): void {
  if (isWatching) return;
  isWatching = true;
  const attributes = { attributes: true, attributeFilter: ["data-theme", "class"] };
  new MutationObserver(changed).observe(document.documentElement, attributes);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", changed);
}

function subscribe(listener: () => void): () => void {
  watch();
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** A new palette whenever the theme changes. */
export function usePalette(): Palette {
  const now = useSyncExternalStore(subscribe, () => version);
  return useMemo(() => paletteOf(now), [now]);
}

/** Only an element's own colour is computed for every token, light-dark() and all. */
function paletteOf(_version: number): Palette {
  const known = new Map<string, string>();
  return (token) => {
    const kept = known.get(token);
    if (kept) return kept;
    const probe = document.createElement("i");
    probe.style.color = `var(${token})`;
    document.body.append(probe);
    const colour = getComputedStyle(probe).color;
    probe.remove();
    known.set(token, colour);
    return colour;
  };
}
